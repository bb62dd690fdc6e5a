"""The command line's pictures on a core of fakes; `tests/e2e/test_command_line.py` runs the real thing."""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from adapters.console.messenger import PLATFORM, ConsoleMessenger, display
from adapters.files.image_store import FileImageStore
from adapters.pictures.outgoing import PictureExporter
from bot import durable
from bot.__main__ import _cause
from bot.cli import pictures
from bot.cli.arguments import EXIT_JOB_FAILED
from bot.domain.errors import InvalidRequest, PromptBlocked, StorageFailed
from bot.domain.limits import Limits
from bot.domain.safety import Outcome, Policy, Verdict
from bot.lifecycle import Running
from config.reading import load_settings
from config.settings import Settings
from inference.api import ModelDefaults
from tests.builders.pictures import drawing
from tests.fakes.engine import DEFAULTS, FakeEngine
from tests.fakes.images import FolderImageStore
from tests.fakes.moderator import FakeModerator
from tests.fakes.picture_reader import InProcessPictureReader
from tests.fakes.store import MemoryJobStore
from tests.harness.core import assemble

SETTINGS = load_settings(None, {})


def put_on_fakes(
    monkeypatch: pytest.MonkeyPatch, *, defaults: ModelDefaults = DEFAULTS, moderator: FakeModerator
) -> None:
    """White-box: let the commands work on fakes, by a policy of spoilers."""

    @asynccontextmanager
    async def fake_bench(_settings: Settings, _model: str | None) -> AsyncIterator[pictures.Bench]:
        with tempfile.TemporaryDirectory() as folder, display() as lines:
            async with FakeEngine(defaults=defaults) as engine:
                store, images = MemoryJobStore(), FolderImageStore(Path(folder))
                messenger = ConsoleMessenger(lines)
                core = assemble(
                    store=store,
                    images=images,
                    engine=engine,
                    messengers={PLATFORM: messenger},
                    reader=InProcessPictureReader(),
                    limits=Limits(),
                    max_jobs=10,
                    moderator=moderator,
                    policy=Policy(unsafe=Outcome.SPOILER),
                )
                async with Running(core, grace=0.0):
                    exporter = PictureExporter(store=store, images=images, embed_recipe=False)
                    yield pictures.Bench(core, exporter, messenger)

    monkeypatch.setattr(pictures, "_bench", fake_bench)


def asked(folder: Path, **changes: object) -> argparse.Namespace:
    source = folder / "source.png"
    source.write_bytes(drawing())
    wish: dict[str, object] = {
        "source": source, "model": None, "json": False, "prompt": "an oil painting", "strength": 0.5, "seed": 1,
        "negative": "", "steps": None, "guidance": None, "style": None, "lora": [], "control": None,
        "control_map": None, "control_scale": None, "control_start": None, "control_end": None,
    }  # fmt: skip
    return argparse.Namespace(**{**wish, **changes})


async def test_who_sits_at_the_terminal_sees_what_would_be_a_spoiler_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator(always=Verdict.UNSAFE))
    await pictures.img2img(asked(tmp_path, out=tmp_path / "made.png"), SETTINGS)
    await pictures.draw_map(asked(tmp_path, out=tmp_path / "map.png", control="canny"), SETTINGS)
    await pictures.paint_styles(asked(tmp_path, out=tmp_path / "styles"), SETTINGS)
    assert (tmp_path / "made.png").exists()
    assert (tmp_path / "map.png").exists()
    assert len(list((tmp_path / "styles").iterdir())) == 1


async def test_a_model_that_edits_by_instruction_is_reported_without_a_strength(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    editor = replace(DEFAULTS, uses_strength=False)
    put_on_fakes(monkeypatch, defaults=editor, moderator=FakeModerator())
    await pictures.img2img(asked(tmp_path, out=tmp_path / "made.png"), SETTINGS)
    told = capsys.readouterr().out
    assert "edited by instruction" in told
    assert "strength 0.5" not in told
    await pictures.img2img(asked(tmp_path, out=tmp_path / "made.png", json=True), SETTINGS)
    await pictures.img2img(asked(tmp_path, out=tmp_path / "made.png", json=True, strength=0.0), SETTINGS)
    told, copied = (json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    assert told["pictures"][0]["strength"] is None
    assert copied["pictures"][0]["strength"] == 0


async def test_results_replace_neither_the_source_nor_a_map_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    drawn = tmp_path / "pass-2.png"
    drawn.write_bytes(drawing())
    structure = {"control": "scribble", "control_map": drawn}
    with pytest.raises(InvalidRequest, match="control map itself"):
        await pictures.img2img(asked(tmp_path, out=drawn, **structure), SETTINGS)
    with pytest.raises(InvalidRequest, match="would be replaced"):
        await pictures.chain(asked(tmp_path, out=tmp_path, prompt=["oil", "ink"], **structure), SETTINGS)
    assert drawn.read_bytes() == drawing()


async def test_styles_refuse_only_a_source_of_the_name_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    await pictures.paint_styles(asked(tmp_path, out=tmp_path), SETTINGS)
    assert (tmp_path / "oil.jpg").exists()
    with pytest.raises(InvalidRequest, match="would be replaced"):
        await pictures.paint_styles(asked(tmp_path, out=tmp_path, source=tmp_path / "oil-painting.jpg"), SETTINGS)


async def test_a_source_that_is_not_there_leaves_no_folder(tmp_path: Path) -> None:
    wish = asked(tmp_path, source=tmp_path / "nowhere.png", out=tmp_path / "new", strengths=None)
    with pytest.raises(InvalidRequest, match="cannot be read"):
        await pictures.sweep(wish, SETTINGS)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("later", ["  ", "\u200b", "a" * 2001])
async def test_a_chain_looks_at_every_prompt_before_its_first_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: str
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    with pytest.raises(InvalidRequest):
        await pictures.chain(asked(tmp_path, out=tmp_path / "chain", prompt=["oil", later]), SETTINGS)
    assert not (tmp_path / "chain").exists()


async def test_a_chain_looks_for_blocked_words_before_its_first_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator(blocked=["gore"]))
    with pytest.raises(ExceptionGroup) as refused:
        await pictures.chain(asked(tmp_path, out=tmp_path / "chain", prompt=["oil", "gore"]), SETTINGS)
    assert refused.group_contains(PromptBlocked)
    assert not list((tmp_path / "chain").iterdir())


async def test_a_sweep_keeps_strengths_apart_that_are_next_to_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    await pictures.sweep(asked(tmp_path, out=tmp_path / "sweep", strengths=(0.0, 0.5, 0.5000001)), SETTINGS)
    made = sorted(file.name for file in (tmp_path / "sweep").iterdir())
    assert made == ["sheet.png", "strength-0.5.png", "strength-0.5000001.png", "strength-0.png"]


async def test_several_pictures_of_one_wish_have_numbered_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    made = tmp_path / "made.png"
    await pictures.img2img(asked(tmp_path, out=made, count=3, json=True), SETTINGS)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])["pictures"]
    assert [(each["path"], each["seed"]) for each in told] == [
        (str(tmp_path / f"made-{number}.png"), number) for number in (1, 2, 3)
    ]
    assert not made.exists()
    await pictures.sweep(asked(tmp_path, out=tmp_path / "sweep", strengths=(0.0, 0.5), count=2), SETTINGS)
    assert sorted(file.name for file in (tmp_path / "sweep").iterdir()) == [
        "sheet.png", "strength-0-1.png", "strength-0-2.png", "strength-0.5-1.png", "strength-0.5-2.png",
    ]  # fmt: skip
    with pytest.raises(InvalidRequest, match="leave out --count"):
        await pictures.chain(asked(tmp_path, out=tmp_path / "chain", prompt=["oil"], count=2), SETTINGS)


async def test_without_a_name_results_take_the_next_free_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for _ in range(2):
        await pictures.img2img(asked(tmp_path, out=None), SETTINGS)
        await pictures.draw_map(asked(tmp_path, out=None, control="canny"), SETTINGS)
        await pictures.sweep(asked(tmp_path, out=None, strengths=(0.0, 0.5)), SETTINGS)
        await pictures.chain(asked(tmp_path, out=None, prompt=["oil"]), SETTINGS)
        await pictures.paint_styles(asked(tmp_path, out=None), SETTINGS)
    first = {
        "source-an-oil-painting.png", "source-canny.png", "strength-0.png", "strength-0.5.png", "sheet.png",
        "pass-1.png", "strip.png", "oil.jpg",
    }  # fmt: skip
    second = {str(Path(name).with_stem(f"{Path(name).stem}-2")) for name in first}
    assert {file.name for file in here.iterdir()} == first | second


async def test_a_name_that_was_given_is_taken_as_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_fakes(monkeypatch, moderator=FakeModerator())
    for _ in range(2):
        await pictures.sweep(asked(tmp_path, out=tmp_path / "sweep", strengths=(0.5,)), SETTINGS)
    assert sorted(file.name for file in (tmp_path / "sweep").iterdir()) == ["sheet.png", "strength-0.5.png"]


async def test_a_disk_that_keeps_refusing_ends_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = 0

    async def refuse(_store: FileImageStore, _file: Path) -> NoReturn:
        nonlocal tries
        tries += 1
        raise StorageFailed

    monkeypatch.setattr(durable, "BACKOFF", (0.0,))
    monkeypatch.setattr(FileImageStore, "adopt", refuse)
    monkeypatch.setattr(pictures, "engine_of", lambda settings: FakeEngine(model=settings.model.id))
    with pytest.raises(ExceptionGroup) as ended:
        async with asyncio.timeout(60):
            await pictures.img2img(asked(tmp_path, out=tmp_path / "made.png"), SETTINGS)
    assert _cause(ended.value) == (str(StorageFailed()), EXIT_JOB_FAILED)
    assert tries == 3
