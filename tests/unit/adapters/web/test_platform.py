"""The pages' address, if it cannot be had."""

from typing import Any, cast

import pytest

from adapters.web.platform import WebPlatform
from bot.domain.errors import FatalError


@pytest.mark.parametrize(("host", "why"), [("127.0.0.1", "address already in use"), ("192.0.2.1", "cannot assign")])
async def test_an_address_that_cannot_be_listened_on_is_told_with_both_keys(host: str, why: str) -> None:
    nothing = cast("Any", None)  # nobody is asked before somebody comes
    ways: dict[str, Any] = {"service": nothing, "exporter": nothing, "authenticator": nothing, "max_bytes": 1}
    async with WebPlatform(**ways, host="127.0.0.1", port=0) as first:
        with pytest.raises(FatalError, match=f"{why}.*set web.host and web.port to a free address"):
            async with WebPlatform(**ways, host=host, port=first.port):
                pass
