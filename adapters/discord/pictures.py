"""Where the pictures of a message are: pure, over Discord's own message objects.

Members post pictures as attachments, in embeds, by forwarding, in galleries of other apps' V2 messages. Stickers and
other files are refused with the reason, not overlooked.
"""

import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from adapters.discord.incoming import Upload
from bot.domain.button_id import parse_button_id
from bot.domain.ids import GenerationId, generation_id, job_of, parse_job_id

Message = Mapping[str, Any]

_OURS = re.compile(r"(?:SPOILER_)?pentimento-([A-Za-z0-9_-]{22})-(\d{1,2})\.\w+")
_OUR_SOURCE = re.compile(r"(?:SPOILER_)?source\.jpg")
_IMAGE_NAMES = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif",
    ".hif", ".avif", ".ico", ".cur",
)  # fmt: skip
_NO_PICTURES = ("video/", "audio/", "text/")
_IS_SPOILER = 1 << 3  # a flag of an attachment
_HIDDEN = re.compile(r"\|\|.+?\|\|", re.DOTALL)
_KEPT_BY_DISCORD = (".discordapp.com", ".discordapp.net", ".discord.com")


def pictures_in(message: Message, *, me: str) -> list[Upload]:
    """Every picture of a message, each once, in the order people see them.

    Args:
        message: as Discord's API gives it.
        me: our user id: our own results are known by it and by their file names.
    """
    found: dict[str, Upload] = {}
    author = str(message.get("author", {}).get("id", ""))
    for upload in _all_in(message, author, ours=bool(me) and author == me):
        found.setdefault(upload.url.partition("?")[0], upload)
    for snapshot in message.get("message_snapshots") or ():
        for upload in _all_in(snapshot.get("message", {}), "", ours=False):
            found.setdefault(upload.url.partition("?")[0], upload)
    certain = [upload for upload in found.values() if not upload.doubtful] or list(found.values())
    if not any(_OURS.fullmatch(upload.filename) for upload in certain):
        return certain
    return [upload for upload in certain if not _OUR_SOURCE.fullmatch(upload.filename)]  # shown small beside a result


def has_sticker(message: Message) -> bool:
    """Whether it shows a sticker, which apps may not take as a picture."""
    return bool(message.get("sticker_items"))


def links_shown(message: Message) -> frozenset[str]:
    """The links that it shows a picture of."""
    embeds = message.get("embeds") or ()
    return frozenset(str(each.get("url")) for each in embeds if each.get("image") or each.get("thumbnail"))


def is_readable(message: Message) -> bool:
    """Whether Discord shows us what is in it, which it withholds of messages that are not for us."""
    forwarded = (each.get("message", {}) for each in message.get("message_snapshots") or ())
    parts = ("content", "attachments", "embeds", "components", "poll")
    return any(each.get(part) for each in (message, *forwarded) for part in parts)


def is_ours(message: Message, me: str) -> bool:
    """Whether our application wrote it, which a name or a button does not say; its webhook's posts are its own."""
    author = message.get("author") or {}
    return me in {str(author.get("id", "")), str(message.get("application_id") or "")}


def generation_in(message: Message) -> GenerationId | None:
    """The result that a message of ours shows, read off its buttons."""
    for component in _components(message.get("components") or ()):
        button = parse_button_id(str(component.get("custom_id", "")))
        if button:
            return generation_id(job_of(button.target), 0)
    return None


def attachment(fields: Mapping[str, Any], *, author: str = "", ours: bool = False) -> Upload:
    """An attachment object as an upload."""
    filename = str(fields.get("filename", ""))
    result = _OURS.fullmatch(filename) if ours else None
    job = parse_job_id(result[1]) if result else None
    return Upload(
        url=str(fields.get("url", "")),
        filename=filename,
        size=int(fields.get("size") or 0),
        author=author,
        generation=generation_id(job, int(result[2])) if result and job else "",
        doubtful=not _is_named_as_picture(fields),
        spoiler=filename.startswith("SPOILER_") or bool(int(fields.get("flags") or 0) & _IS_SPOILER),
        description=str(fields.get("description") or ""),
    )


def _all_in(message: Message, author: str, *, ours: bool) -> Iterator[Upload]:
    for fields in message.get("attachments") or ():
        upload = attachment(fields, author=author, ours=ours)
        thumbnail = ours and not upload.generation
        if (not upload.doubtful or _may_be_picture(fields)) and not thumbnail:
            yield upload
    hidden = " ".join(_HIDDEN.findall(str(message.get("content") or "")))
    for embed in () if ours else message.get("embeds") or ():
        spoiler = bool(embed.get("url")) and embed["url"] in hidden
        for media in (embed.get("image"), embed.get("thumbnail")):
            yield from _media(media, author, spoiler=spoiler)
    for component in _components(message.get("components") or ()):
        for item in (component, *(component.get("items") or ())):  # a thumbnail has media, a gallery items of them
            alt = str(item.get("description") or "")
            yield from _media(item.get("media"), author, spoiler=bool(item.get("spoiler")), alt=alt)


def _is_named_as_picture(fields: Mapping[str, Any]) -> bool:
    filename, media_type = str(fields.get("filename", "")), str(fields.get("content_type") or "")
    return media_type.startswith("image/") or filename.lower().endswith(_IMAGE_NAMES)


def _may_be_picture(fields: Mapping[str, Any]) -> bool:
    """Whether it is worth a look though nothing calls it one: Discord measured it, or nobody knows what it is."""
    media_type = str(fields.get("content_type") or mimetypes.guess_type(str(fields.get("filename", "")))[0] or "")
    if media_type.startswith(_NO_PICTURES):
        return False
    return not media_type or bool(fields.get("width") and fields.get("height"))


def _media(media: Mapping[str, Any] | None, author: str, *, spoiler: bool, alt: str = "") -> Iterator[Upload]:
    """A picture that Discord shows from somewhere; taken from Discord's own copy of it."""
    if not media:
        return
    media_type = str(media.get("content_type") or "")
    if media_type and not media_type.startswith("image/"):
        return
    url, proxy = (str(media.get(name) or "") for name in ("url", "proxy_url"))
    kept = (urlsplit(url).hostname or "").endswith(_KEPT_BY_DISCORD)
    chosen = url if kept or not proxy else proxy
    if chosen:
        yield Upload(
            url=chosen,
            filename=urlsplit(chosen).path.rpartition("/")[2],
            author=author,
            spoiler=spoiler,
            description=alt or str(media.get("description") or ""),
        )


def _components(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _components(component.get("components") or ())
        if accessory := component.get("accessory"):
            yield from _components((accessory,))
