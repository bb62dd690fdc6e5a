"""Which of our languages a browser asks for."""

from aiohttp import web

from bot.texts import LANGUAGES, REFERENCE, language_of


def locale_of(request: web.Request) -> str:
    """The first of the languages that the browser names, by its own preference, that we speak."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag))
        except ValueError:
            continue
    tags = [tag for _, tag in sorted(wanted, key=lambda each: each[0])]
    spoken = (tag for tag in tags if tag.partition("-")[0].lower() in LANGUAGES)
    return language_of(next(spoken, REFERENCE))
