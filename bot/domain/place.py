"""What the owners of a server or channel set; what follows from it is in `bot.domain.rules`."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum


class RemixPolicy(StrEnum):
    """Whose pictures a member may use as a source."""

    ANYONE = "anyone"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSettings:
    """Settings of a server, or of one channel in it. None means "as the place above, or the product, has it".

    Attributes:
        roles: role ids of which a member needs one; an empty tuple allows everybody again.
        channels: channel ids where the bot may be used.
        private: results are shown to the requester only, unless asked otherwise.
        remix: whose pictures may be remixed.
        models: names of the models that may be used here.
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

    def over(self, above: "PlaceSettings") -> "PlaceSettings":
        """These settings if they are set, those of the place above elsewhere."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name) is not None}
        if above.blocked and self.blocked is not None:
            own["blocked"] = tuple(dict.fromkeys((*above.blocked, *self.blocked)))
        return replace(above, **own)
