"""What is attached to the messages that still change, so that an edit keeps it instead of sending it again."""

from collections.abc import Sequence
from hashlib import blake2b

from adapters.discord.rest import KeptAttachments, Payload, filename
from bot.domain.ids import JobId
from bot.domain.picture import Attached


class MessageAttachments:
    """The attachments of each job's message.

    From API version 10 on, an edit lists every attachment that is to stay; one that stands already needs its id alone
    (https://docs.discord.com/developers/resources/message#edit-message).
    """

    def __init__(self) -> None:
        self._attached: dict[JobId, dict[tuple[str, bytes], str]] = {}

    def kept(self, job: JobId, files: Sequence[Attached]) -> KeptAttachments:
        """Those of the files that stand already."""
        attached = self._attached.get(job, {})
        return {filename(file): attached[key] for file in files if (key := _key(file)) in attached}

    def remember(self, job: JobId, files: Sequence[Attached], answer: Payload) -> None:
        """Remember what `answer`, a message as Discord has it now, calls the files that went with it."""
        ids = {entry.get("filename"): str(entry["id"]) for entry in answer.get("attachments") or () if "id" in entry}
        self._attached[job] = {_key(file): ids[name] for file in files if (name := filename(file)) in ids}

    def forget(self, job: JobId) -> None:
        """The job's message changes no more, or another one takes its place."""
        self._attached.pop(job, None)


def _key(file: Attached) -> tuple[str, bytes]:
    return filename(file), blake2b(file.content, digest_size=16).digest()
