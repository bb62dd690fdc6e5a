"""Signals to a command: sent to this very process, as a terminal sends them."""

import argparse
import asyncio
import os
import signal

import pytest

from bot.cli.stopping import stoppable
from config.reading import load_settings
from config.settings import Settings

SETTINGS = load_settings(None, {})


@pytest.mark.usefixtures("hears_signals")
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_a_command_and_no_other_stops_its_clearing_up(first: signal.Signals) -> None:
    cleared = False

    async def command(_asked: argparse.Namespace, _settings: Settings) -> int:
        nonlocal cleared
        try:
            os.kill(os.getpid(), first)
            await asyncio.Event().wait()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                os.kill(os.getpid(), number)
                await asyncio.sleep(0)
            await asyncio.sleep(0)
            cleared = True
        return 0

    assert asyncio.run(stoppable(command)(argparse.Namespace(), SETTINGS)) == 128 + first
    assert cleared


@pytest.mark.usefixtures("hears_signals")
def test_a_service_that_is_stopped_while_it_starts_is_done() -> None:
    async def command(_asked: argparse.Namespace, _settings: Settings) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return 7

    assert asyncio.run(stoppable(command, code=0)(argparse.Namespace(), SETTINGS)) == 0


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    async def command(_asked: argparse.Namespace, _settings: Settings) -> int:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        return 7

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert asyncio.run(stoppable(command)(argparse.Namespace(), SETTINGS)) == 7
    finally:
        signal.signal(signal.SIGHUP, before)
