"""`check`: a table of what is configured, what would start and what is wrong, each with its mend."""

import argparse
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from http import HTTPStatus

import aiohttp
import psutil
from rich.markup import escape
from rich.table import Table
from yarl import URL

from adapters.files.data_dir import is_held
from adapters.proxies import fault_of_connections, shown_proxy
from adapters.web.health import serve_health
from bot.cli.arguments import EXIT_CANNOT_START, EXIT_DONE
from bot.cli.check_chats import chat_findings
from bot.cli.check_data import data_findings
from bot.cli.check_models import memory_findings, model_findings
from bot.cli.check_ports import port_findings
from bot.cli.serve import NO_PLATFORM, half_set, unreachable
from bot.cli.terminal import Terminal
from bot.compose import engine_of, inspector_of, map_models_of, shown_models, slack_lacks, tokens_of
from bot.domain.errors import FatalError
from bot.findings import Finding, State
from config.models import load_catalogue, offered_models
from config.reading import ConfigError
from config.safety import load_blocked
from config.settings import Settings
from config.styles import load_styles
from inference.api import UNUSED_CARD, EngineStopped, ModelUnavailable

LOW_MEMORY = 2 << 30
"""What the shipped model, its libraries and one decoded 40-megapixel source take together, with room to spare."""

_LOOKS = {State.OK: "[green]ok[/]", State.NOTE: "[yellow]note[/]", State.WRONG: "[red]wrong[/]"}


async def check(asked: argparse.Namespace, settings: Settings) -> int:
    """Look at everything that `serve` needs; returns 69 if it would not start."""
    findings = [*_platforms(settings), *_styles(settings)]
    running = is_held(settings.data_dir)
    findings += [finding async for finding in data_findings(settings.data_dir, running=running)]
    findings += [_memory(), *[finding async for finding in _metrics(settings, running=running)]]
    if not running:  # it has them
        findings += [finding async for finding in port_findings(settings)]
    findings += await chat_findings(settings)
    findings += [finding async for finding in _safety(settings)]
    findings += _cluster(settings)
    findings += [finding async for finding in _model(settings)]
    if asked.json:
        print(json.dumps([asdict(finding) for finding in findings]))  # noqa: T201 -- for scripts
    else:
        table = Table(box=None, pad_edge=False)
        for title in ("", "what", "how it stands"):
            table.add_column(title, overflow="fold")  # a path cut short helps nobody
        for finding in findings:
            table.add_row(_LOOKS[finding.state], finding.what, escape(finding.words))
        Terminal(soft_wrap=True).print(table)
    wrong = any(finding.state is State.WRONG for finding in findings)
    return EXIT_CANNOT_START if wrong else EXIT_DONE


def _platforms(settings: Settings) -> Iterator[Finding]:
    tokens = tokens_of(settings)
    for name, has_tokens in tokens.items():
        if name == "web":
            words = (
                f"would be served on {settings.web.host}:{settings.web.port}" if has_tokens else "off: no web.port"
            )
        else:
            words = "has its tokens and would start" if has_tokens else "off: it has no token"
        yield Finding(name, State.OK if has_tokens else State.NOTE, words)
    if lacking := slack_lacks(settings):
        yield Finding("slack", State.WRONG, half_set(lacking))
    if fault := unreachable(settings):
        yield Finding("web", State.WRONG, fault)
    if fault := fault_of_connections():
        yield Finding("network", State.WRONG, fault)
    else:
        ways = {"discord": settings.discord.api_url, "slack": settings.slack.api_url}
        through = {name: proxy for name, url in ways.items() if tokens[name] and (proxy := shown_proxy(url))}
        for name, proxy in through.items():
            yield Finding("proxy", State.OK, f"{name} is reached through the proxy {proxy}")
    if not any(tokens.values()):
        yield Finding("platforms", State.WRONG, NO_PLATFORM)


def _styles(settings: Settings) -> Iterator[Finding]:
    try:
        yield Finding("styles", State.OK, f"{len(load_styles(settings.styles.file))} presets")
    except ConfigError as fault:
        yield Finding("styles", State.WRONG, str(fault))


async def _metrics(settings: Settings, *, running: bool = False) -> AsyncIterator[Finding]:
    host, port = settings.metrics.host, settings.metrics.port
    if port == 0:
        return
    if running and await _answers(host, port):
        yield Finding("metrics", State.OK, f"served on {host}:{port} by the service that runs")
        return
    try:
        async with serve_health(host=host, port=port, readings=lambda: (), troubles=dict):
            yield Finding("metrics", State.OK, f"can be served on {host}:{port}")
    except FatalError as fault:
        yield Finding("metrics", State.WRONG, str(fault))


async def _answers(host: str, port: int) -> bool:
    """Whether something says there that it is alive, as a service does; asked on this machine."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not listened on
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as client,
            client.get(URL.build(scheme="http", host=near, port=port, path="/healthz")) as answer,
        ):
            return answer.status == HTTPStatus.OK and await answer.text() == "ok\n"
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
        return False


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    words = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free"
    if memory.available < LOW_MEMORY:
        return Finding("memory", State.NOTE, f"{words}: tight; close something else before you serve")
    return Finding("memory", State.OK, words)


async def _safety(settings: Settings) -> AsyncIterator[Finding]:
    safety = settings.safety
    try:
        yield Finding(
            "block list", State.OK, f"{len(load_blocked(safety))} words and patterns, besides each server's"
        )
    except ConfigError as fault:
        yield Finding("block list", State.WRONG, str(fault))
    inspector = inspector_of(safety)
    if inspector is None:
        words = (
            "off: nobody looks at the pictures, so only the block list holds, in age-restricted channels too; "
            "safety.classifier would"
        )
        yield Finding("classifier", State.NOTE, words)
        return
    try:
        async with inspector:
            labels = ", ".join(inspector.labels)
    except ModelUnavailable as fault:
        yield Finding("classifier", State.WRONG, str(fault))
        return
    words = (
        f"{safety.classifier} loads; unsafe is {labels} from {safety.threshold:g}: {safety.unsafe}, "
        f"in age-restricted channels {safety.unsafe_age_restricted}"
    )
    yield Finding("classifier", State.OK, words)


def _cluster(settings: Settings) -> Iterator[Finding]:
    """What is known of a Ray cluster without joining it."""
    if settings.engine.kind != "ray":
        return
    if os.environ.get("RAY_AUTH_MODE") == "token":
        yield Finding("ray", State.OK, f"the cluster at {settings.ray.address}, with token authentication")
        return
    words = (
        "token authentication is off: whoever reaches its ports can run anything on every machine; set "
        "RAY_AUTH_MODE=token and RAY_AUTH_TOKEN_PATH on each, see docs/scaling.md"
    )
    yield Finding("ray", State.NOTE, words)


async def _model(settings: Settings) -> AsyncIterator[Finding]:
    try:
        offered = offered_models(settings)
        shown = shown_models(settings, offered, gibibytes=None)
        async with engine_of(settings, every=True) as engine:
            capacity, devices = engine.capacity(), engine.devices()
    except (ModelUnavailable, EngineStopped, ConfigError) as fault:
        yield Finding("model", State.WRONG, str(fault))
        return
    for finding in memory_findings(shown, settings.model.id):
        yield finding
    catalogue = load_catalogue(settings.models.file)
    troubles = {name: each.trouble for name, each in shown.items() if each.trouble and not each.weights}
    for finding in model_findings(
        offered,
        capacity,
        map_models_of(settings),
        catalogue=catalogue,
        default=settings.model.id,
        troubles=troubles,
    ):
        yield finding
    defaults = capacity.models[settings.model.id]
    yield Finding(
        "model",
        State.OK,
        f"{settings.model.id} loads: {defaults.steps} steps, guidance {defaults.guidance_scale:g}, "
        f"works on up to {defaults.max_pixels / 1e6:.2g} megapixels",
    )
    for device in devices:
        what = f"device {device.name}" if len(devices) > 1 or device.host else "device"
        if device.trouble:
            yield Finding(what, State.NOTE, f"takes no part: {device.trouble}")
        elif UNUSED_CARD in device.description:
            yield Finding(what, State.NOTE, device.description)
        else:
            slots = f"{device.slots} slot{'s' if device.slots != 1 else ''}"
            where = f" on {device.host}" if device.host else ""
            yield Finding(what, State.OK, f"{device.description}, {slots}{where}")
