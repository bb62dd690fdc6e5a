"""What `playground` does on this machine besides serving."""

import asyncio
import threading
import webbrowser

import pytest

from bot.cli.playground import _announce


def test_a_browser_that_stays_open_keeps_nothing_from_ending(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one in a terminal does until it is closed."""
    may_close, closed = threading.Event(), threading.Event()
    opened: list[str] = []

    def look(address: str) -> bool:
        opened.append(address)
        may_close.wait(20)
        closed.set()
        return True

    async def announce() -> None:
        _announce("http://127.0.0.1:1/", browser=True)

    monkeypatch.setattr(webbrowser, "open", look)
    asyncio.run(announce())
    assert not closed.is_set()
    may_close.set()
    assert closed.wait(20)
    assert [*capsys.readouterr().out.split(), *opened] == ["http://127.0.0.1:1/"] * 2
