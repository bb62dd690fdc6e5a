"""What a request says of who sent it, and what is named otherwise on a page than in a chat."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

from bot.domain.errors import UserError
from bot.texts import LANGUAGES, REFERENCE, commands_as, known, language_of, text


def locale_of(request: web.Request) -> str:
    """The first of the languages that the browser names, by its own preference, that we speak."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, weight = part.partition(";")
        try:
            wanted.append((-float(weight.strip().removeprefix("q=") or 1), tag.strip()))
        except ValueError:
            continue
    tags = [tag for _, tag in sorted(wanted, key=lambda each: each[0])]
    spoken = (tag for tag in tags if tag.partition("-")[0].lower() in LANGUAGES)
    return language_of(next(spoken, REFERENCE))


def named_here(said: str, locale: str) -> str:
    """A sentence of ours with the pages' own names for what chats have commands for."""
    return commands_as(
        said, lambda name: f"“{text(locale, f'page-{name}')}”" if known(f"page-{name}") else f"“{name}”"
    )


def said_here(refused: UserError, locale: str) -> str:
    """Why not."""
    return named_here(refused.sentence(locale), locale)


TRUSTED = web.AppKey("trusted", Sequence[IPv4Network | IPv6Network])
"""Networks of the proxies whose word on where a request comes from is taken."""


_WITH_PORT = re.compile(r"^(?:([\d.]+)|\[([^]]*)\]):\d+$")
"""As some proxies forward it, Azure's among them."""


def client_address(request: web.Request) -> str:
    """Where it comes from, to bound what one address may try: the last one that no trusted proxy has.

    Of IPv6 it is the network: each line has one of them for itself, and 2^64 addresses in it (RFC 6177).
    """
    trusted = request.app[TRUSTED]
    address = request.remote or ""
    forwarded = [each.strip() for each in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    while forwarded and _is_in(address, trusted):
        before = _WITH_PORT.sub(r"\1\2", forwarded.pop())
        if not _is_address(before):
            break
        address = before
    return _line(address)


def _line(address: str) -> str:
    found = ip_address(address) if _is_address(address) else None
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))


def _is_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(said: str) -> bool:
    try:
        ip_address(said)
    except ValueError:
        return False
    return True
