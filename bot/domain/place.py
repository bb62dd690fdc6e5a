"""What the owners of a server or channel set; what follows from it is in `bot.domain.rules`."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum


class RemixPolicy(StrEnum):
    """Whose pictures a member may use as a source."""

    ANYONE = "anyone"
    OWN = "own"


class ThreadPolicy(StrEnum):
    """Where what is made from a result in a channel goes on: there, with a thread offered in time, or in a thread."""

    OFFER = "offer"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Ban:
    """A member who may not use the bot for a time.

    Attributes:
        user: as in `Requester.user`.
        until: Unix seconds.
        name: as the chat showed it then; people's words.
    """

    user: str
    until: float
    name: str = ""

    def __str__(self) -> str:
        return f"{self.user} {int(self.until)} {self.name}".strip()


def ban_of(written: str) -> Ban:
    """What `str` made of a ban."""
    user, until, *name = written.split(" ", 2)
    return Ban(user, float(until), *name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSettings:
    """Settings of a server, or of one channel in it. None means "as the place above, or the product, has it".

    Attributes:
        roles: role ids of which a member needs one; an empty tuple allows everybody again.
        channels: channel ids where the bot may be used.
        private: results are shown to the requester only, unless asked otherwise.
        remix: whose pictures may be remixed.
        models: names of the models that may be used here.
        threads: where what is made from a result goes on.
        log: id of the channel where moderators read what is reported.
        refusals: moderators read there too, without the words, that a prompt was refused.
        paused: nobody may use the bot there for now.
        banned: members who may not use the bot for a time, as `Ban` writes them; a channel's on top of its server's.
        language: BCP 47 tag of the language that public messages have there, whatever the chat says of the place.
        blocked: patterns that no prompt may have there; a channel's come on top of its server's.
    """

    strength: float | None = None
    style: str | None = None
    model: str | None = None
    private: bool | None = None
    roles: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    remix: RemixPolicy | None = None
    models: tuple[str, ...] | None = None
    blocked: tuple[str, ...] | None = None
    language: str | None = None
    log: str | None = None
    refusals: bool | None = None
    paused: bool | None = None
    banned: tuple[str, ...] | None = None
    threads: ThreadPolicy | None = None

    def over(self, above: "PlaceSettings") -> "PlaceSettings":
        """These settings if they are set, those of the place above elsewhere."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name) is not None}
        if above.blocked and self.blocked is not None:
            own["blocked"] = tuple(dict.fromkeys((*above.blocked, *self.blocked)))
        if above.banned and self.banned is not None:
            own["banned"] = tuple(dict.fromkeys((*above.banned, *self.banned)))
        return replace(above, **own)
