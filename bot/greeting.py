"""Which servers and channels are still to be greeted; see `Service.greetings`."""

from bot.place_store import PlaceStore

_REMEMBERED = 10_000


class Greetings:
    """Says whom to greet; what was greeted outlives the process."""

    def __init__(self, *, store: PlaceStore, enabled: bool) -> None:
        self._store = store
        self._enabled = enabled
        self._known: set[str] = set()

    async def due(self, place: str, event: str) -> bool:
        """Whether a place is to be greeted now, because of an event; it is taken for greeted then.

        The same event, done again after a crash, may greet once more: a chat that can tell finds the first one.
        """
        if not self._enabled or place in self._known:
            return False
        due = await self._store.greet(place, event)
        self._remember(place)
        return due

    async def known(self, prefix: str) -> bool:
        """Whether any place was greeted whose key begins so, or had us before there were greetings."""
        if not self._enabled or prefix in self._known:
            return True
        if await self._store.greeted(prefix):
            self._remember(prefix)  # it is asked again with every picture
            return True
        return False

    def _remember(self, place: str) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known.add(place)

    async def failed(self, place: str) -> None:
        """The greeting could not be shown: whoever uses the bot there first brings it."""
        self._known.discard(place)
        await self._store.forget_greeting(place)

    def forgotten(self, prefix: str) -> None:
        """A place has gone, or all whose keys begin so; who comes back is greeted again."""
        self._known = {each for each in self._known if not each.startswith(prefix)}
