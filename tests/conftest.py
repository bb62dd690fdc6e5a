"""What every test relies on."""

import asyncio

# pytest-asyncio asks for the main thread's event loop and so makes one that nobody closes, unless it was told that
# there is none; the leak would surface as an error of whichever test runs last.
asyncio.set_event_loop(None)
