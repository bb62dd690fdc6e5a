"""What every test relies on."""

import asyncio

from hypothesis import settings

# pytest-asyncio asks for the main thread's event loop and so makes one that nobody closes, unless it was told that
# there is none; the leak would surface as an error of whichever test runs last.
asyncio.set_event_loop(None)

# On a busy machine the first example of a test can take long; what takes long for real meets pytest's timeout.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
