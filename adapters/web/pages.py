"""Values to HTML: the templates, and what all of them need."""

import hashlib
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from zlib import crc32

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.web.guard import visitor
from adapters.web.words import locale_of
from bot.texts import language_of, text

STATIC = Path(__file__).with_name("static")
_THERE = {200, 304}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("adapters.web"),
        autoescape=True,  # prompts, names and alternative texts are people's words
        undefined=StrictUndefined,
        auto_reload=False,  # else each card would look at its template's file
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mark"] = crc32  # of a preview's bytes: the same one is not fetched again
    return environment


def compile_templates() -> None:
    """Be done with it before the first page is asked for: each takes some milliseconds."""
    for name in _environment().list_templates(extensions=["html"]):
        _environment().get_template(name)


@cache
def _stamp(name: str) -> str:
    """What tells a file of ours from that of another version, so that browsers may keep it."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


async def keep(request: web.Request, response: web.StreamResponse) -> None:
    """A file of ours that was asked for by its stamp is that for ever; to be called before it is sent."""
    name = request.path.removeprefix("/static/")
    if name != request.path and response.status in _THERE and request.query_string == _stamp(name):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"


def fragment(template: str, locale: str, values: Mapping[str, object]) -> str:
    """A part of a page."""
    language = language_of(locale)
    return (
        _environment()
        .get_template(template)
        .render(values, t=lambda key, **said: text(language, key, **said), language=language, stamp=_stamp)
    )


def page(request: web.Request, template: str, values: Mapping[str, object], *, status: int = 200) -> web.Response:
    """A whole page, for who asked, in their language and with links to what they may see."""
    content = fragment(template, locale_of(request), {"visitor": visitor(request), "path": request.path, **values})
    return web.Response(text=content, content_type="text/html", status=status)


def sentence_page(request: web.Request, sentence: str, *, status: int) -> web.Response:
    """A page that says one thing, such as why something was refused."""
    return page(request, "sentence.html", {"title": "Pentimento", "sentence": sentence}, status=status)


def event_stream() -> web.StreamResponse:
    """An answer of server-sent events; nginx would hold all of them back until the end if it were not told."""
    return web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


def new_nonce() -> str:
    """What makes a form one of its kind; see `Submitted.event_id`."""
    return secrets.token_urlsafe(12)
