"""Fetching a member's picture from the platform's own file host, and from nowhere else.

No redirects are followed (one to 169.254.169.254 is how metadata services are robbed), the host must be listed by
name, bytes and time are bounded while they stream in, whatever the headers claim.
"""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from adapters.proxies import proxy_for
from bot.domain.errors import PictureRefused
from bot.domain.picture import Sent
from bot.texts import megabytes

_CHUNK = 64 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Download:
    """What came.

    Attributes:
        media_type: as the host named it; content decides, but a login page shows here first.
    """

    content: bytes
    media_type: str


class HostRefused(PictureRefused):
    """The host does not give the picture; what its HTTP `status` means is the platform's to know."""

    def __init__(self, status: int) -> None:
        super().__init__("refused-fetch-status", status=str(status))
        self.status = status


class Downloader:
    """Owns one HTTP session; make it with `downloader`."""

    def __init__(self, session: aiohttp.ClientSession, *, allowed_hosts: frozenset[str], max_bytes: int) -> None:
        self._session = session
        self._allowed_hosts = allowed_hosts
        self._max_bytes = max_bytes

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> Download:
        """Read a picture.

        Args:
            url: https, or http on a loopback host that is listed by name.
            headers: credentials for that host; they go nowhere else, as no redirect is followed.

        Raises:
            HostRefused: the host answers something else than 200, a redirect among it.
            PictureRefused: with the sentence for the member.
        """
        address = self._checked(url)
        try:
            async with self._session.get(
                address,
                headers={"Accept-Encoding": "identity", **(headers or {})},
                allow_redirects=False,
                proxy=proxy_for(address),
            ) as response:
                if response.status != 200:
                    raise HostRefused(response.status)
                if (response.content_length or 0) > self._max_bytes:
                    raise self._too_large()
                content = io.BytesIO()  # gives its bytes away without a copy
                if response.content_length:  # room for all of it at once: growing step by step would copy it, too
                    content.seek(response.content_length - 1)
                    content.write(b"\0")
                    content.seek(0)
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content.write(chunk)
                    if content.tell() > self._max_bytes:
                        raise self._too_large()
                content.truncate()
                return Download(content.getvalue(), response.content_type)
        except (TimeoutError, aiohttp.ClientError) as fault:
            raise PictureRefused("refused-fetch") from fault

    def sent(self, url: str, *, size: int = 0, spoiler: bool = False, description: str = "") -> Sent:
        """A picture to fetch later; the arguments are those of `Sent`.

        Raises:
            PictureRefused: it is larger than may be fetched.
        """
        if size > self._max_bytes:
            raise self._too_large()

        async def fetch() -> bytes:
            return (await self.fetch(url)).content

        return Sent(fetch=fetch, size=size, spoiler=spoiler, description=description)

    def _checked(self, url: str) -> URL:
        try:
            address = URL(url)
        except ValueError:
            raise PictureRefused("refused-elsewhere") from None
        host = address.host or ""
        secure = address.scheme == "https" or (address.scheme == "http" and host in _LOOPBACK)
        listed = {host, f"{host}:{address.port}"} & self._allowed_hosts
        if not secure or not listed:
            raise PictureRefused("refused-elsewhere")
        return address

    def _too_large(self) -> PictureRefused:
        return PictureRefused("refused-file-larger", most=megabytes(self._max_bytes))


@asynccontextmanager
async def downloader(
    *, allowed_hosts: frozenset[str], max_bytes: int, seconds: float = 20.0
) -> AsyncIterator[Downloader]:
    """A downloader with its session.

    Args:
        allowed_hosts: exact host names; one with a port allows that port only.
        max_bytes: bound on one picture.
        seconds: bound on one fetch as a whole; a per-read timeout alone would let a slow drip go on for ever.
    """
    timeout = aiohttp.ClientTimeout(total=seconds, connect=min(10.0, seconds))
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
        yield Downloader(session, allowed_hosts=allowed_hosts, max_bytes=max_bytes)
