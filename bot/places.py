"""What servers, workspaces and channels have set for themselves; see `Service.places`."""

from collections.abc import Callable
from dataclasses import replace

from bot.admission import Admission
from bot.domain.access import Asker
from bot.domain.blocklist import check_patterns
from bot.domain.place import PlaceSettings
from bot.domain.rules import check_model, check_place, stricter
from bot.domain.strength import check_strength
from bot.domain.style import find_style
from bot.greeting import Greetings
from bot.place_store import PlaceStore


class Places:
    """Settings by place, whose key is e.g. "discord:guild:123"."""

    def __init__(self, *, store: PlaceStore, admission: Admission, greetings: Greetings) -> None:
        self._store = store
        self._admission = admission
        self._greetings = greetings

    async def settings(self, *places: str) -> PlaceSettings:
        """What holds at the innermost of `places`, named from the outside in: server, then channel."""
        settings = PlaceSettings()
        for key in places:
            settings = (await self._store.place(key)).over(settings)
        return settings

    async def rules(self, by: Asker) -> PlaceSettings:
        """What holds for somebody who asks: the settings of where they are, and what their other places forbid.

        Raises:
            NotAllowed: where they are, they may not use the bot.
        """
        settings = await self.settings(*by.keys)
        check_place(settings, by)
        for other in by.others:
            settings = stricter(settings, await self.settings(*other.keys))
        return settings

    async def change(self, place: str, change: Callable[[PlaceSettings], PlaceSettings]) -> None:
        """Change a place's own settings; who may is the adapter's to check, as only the chat knows.

        Raises:
            InvalidRequest: a value is out of range or names what there is not.
        """
        await self._store.change_place(place, lambda own: self._checked(change(own)))

    async def begin(self, place: str, *, like: str) -> None:
        """A place begins with the settings of another, below its own; also with what could not be chosen any more."""
        common = await self.settings(like)
        await self._store.change_place(place, lambda own: own.over(common))

    def _checked(self, settings: PlaceSettings) -> PlaceSettings:
        if settings.strength is not None:
            check_strength(settings.strength)
        for model in settings.models or ():
            self._admission.model(model)
        if settings.model is not None:
            self._admission.model(settings.model)
            check_model(settings, settings.model)
        check_patterns(settings.blocked or ())
        style = find_style(self._admission.styles, settings.style)
        return replace(settings, style=style.name if style else None)

    async def forget(self, prefix: str) -> None:
        """Remove what is set for every place whose key starts so, and its greeting: the workspace has gone."""
        await self._store.forget_places(prefix)
        self._greetings.forgotten(prefix)

    async def set_parent(self, parent: str, *places: str) -> None:
        """Note that places belong to another, with which they are to be forgotten."""
        await self._store.set_parent(parent, places)

    async def children(self, parent: str) -> frozenset[str]:
        """The places that were noted to belong to one."""
        return await self._store.children(parent)

    async def forget_each(self, *places: str) -> None:
        """As `forget`, for some places by their whole keys, the outermost last: a server and its channels."""
        for place in places:
            await self._store.forget_place(place)
            self._greetings.forgotten(place)
