import io
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.api import (
    Cancelled,
    Capacity,
    Control,
    ControlKind,
    Done,
    Event,
    Failed,
    FailureKind,
    Img2ImgRequest,
    Lora,
    ModelDefaults,
    Note,
    Preview,
    Started,
    Step,
)
from inference.backends.base import WorkerSettings
from inference.models.entry import LoraEntry, ModelEntry
from inference.processes import frames, protocol

TEXT = st.text(max_size=50)
FEW = st.integers(0, 1000)
EVENTS = st.one_of(
    st.builds(Started, st.booleans()),
    st.builds(Step, FEW, FEW),
    st.builds(Preview, st.just(Path("/tmp/ä b.png"))),
    st.builds(
        Done,
        output=st.just(Path("out.png")),
        width=FEW,
        height=FEW,
        effective_steps=FEW,
        seconds=st.floats(0, 1e6),
        notes=st.lists(st.builds(Note, TEXT, TEXT, st.dictionaries(TEXT, TEXT))).map(tuple),
    ),
    st.builds(Failed, st.sampled_from(FailureKind), TEXT, TEXT, st.dictionaries(TEXT, TEXT)),
    st.just(Cancelled()),
)

CONTROLS = st.none() | st.builds(Control, kind=st.sampled_from(ControlKind), map=st.none() | st.just(Path("map.png")))
LORAS = st.lists(st.builds(Lora, TEXT, st.floats(0, 2))).map(tuple)


def through_the_pipe(frame: frames.Frame) -> frames.Frame:
    frame_read = frames.read(io.BytesIO(frames.pack(frame)))
    assert frame_read is not None
    return frame_read


@given(EVENTS)
def test_an_event_arrives_as_it_was_sent(event: Event) -> None:
    frame = through_the_pipe({"frame": "event", "event": protocol.event_to_json(event)})
    assert protocol.event_from_json(frame["event"]) == event


@given(TEXT, st.floats(0, 1), st.integers(0, 2**32 - 1), CONTROLS, LORAS)
def test_a_request_arrives_as_it_was_sent(
    prompt: str, strength: float, seed: int, control: Control | None, loras: tuple[Lora, ...]
) -> None:
    request = Img2ImgRequest(
        id="r",
        source=Path("a"),
        output=Path("b"),
        prompt=prompt,
        strength=strength,
        steps=3,
        guidance_scale=1.5,
        seed=seed,
        model="m",
        control=control,
        loras=loras,
    )
    frame = through_the_pipe({"frame": "run", "request": asdict(request)})
    assert protocol.request_from_json(frame["request"]) == request


def test_the_end_of_the_pipe_is_no_frame() -> None:
    whole = frames.pack({"frame": "open"})
    for length in range(len(whole)):
        assert frames.read(io.BytesIO(whole[:length])) is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b"5", b'{"fra', b"[" * 500_000, b'{"frame": ' * 100_000]
)
def test_noise_is_refused(body: bytes) -> None:
    with pytest.raises(frames.BadFrame):
        frames.unpack(body)


def test_two_thousand_adapters_of_ten_models_are_a_frame() -> None:
    loras = {
        f"The name of adapter {of}": LoraEntry(place=f"/srv/models/loras/{of}.safetensors") for of in range(2000)
    }
    entries = {str(of): ModelEntry(id=f"org/{of}", loras=loras) for of in range(10)}
    settings = WorkerSettings(model="0", entries=entries)
    frame = {"frame": "open", "settings": settings.to_json()}
    assert WorkerSettings.from_json(through_the_pipe(frame)["settings"]) == settings


def test_whoever_listens_is_told_of_an_end_when_something_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """A thread that ended by it instead would leave its process there, deaf."""
    pipe = io.BytesIO(frames.pack({"frame": "open"}) + b"\xff\xff\xff\xff" + b"x" * 10)
    assert list(frames.read_all(pipe)) == [{"frame": "open"}]
    assert "BadFrame: a frame of 4294967295 bytes" in capsys.readouterr().err


def test_a_length_beyond_any_frame_is_refused() -> None:
    with pytest.raises(frames.BadFrame):
        frames.read(io.BytesIO(b"\xff\xff\xff\xff" + b"x" * 10))


@pytest.mark.parametrize(
    "fields",
    [{}, [], 5, {"event": "Nothing"}, {"event": "Step"}, {"event": "Failed", "kind": "x"}, {"event": ["Done"]}],
)
def test_an_event_that_is_none_is_refused(fields: frames.Frame) -> None:
    with pytest.raises(frames.BadFrame):
        protocol.event_from_json(json.loads(json.dumps(fields)))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        [],
        5,
        {"models": [], "slots": 1, "device": "", "loaded": []},
        {"models": {"m": 5}, "slots": 1, "device": "", "loaded": []},
        {"models": {}, "slots": 1, "device": "", "loaded": 5},
        {"models": {}, "slots": 1, "device": "", "loaded": [], "more": 1},
    ],
)
def test_a_capacity_that_is_none_is_refused(fields: frames.Frame) -> None:
    with pytest.raises(frames.BadFrame):
        protocol.capacity_from_json(fields)


@pytest.mark.parametrize("fields", [[], 5, {"steps": "many"}])
def test_counters_that_are_none_are_refused(fields: frames.Frame) -> None:
    with pytest.raises(frames.BadFrame):
        protocol.counters_from_json(fields)


def test_a_capacity_arrives_as_it_was_sent() -> None:
    able = ModelDefaults(
        steps=4,
        guidance_scale=1.0,
        max_pixels=64,
        multiple=8,
        controls=(ControlKind.CANNY, ControlKind.POSE),
        loras=(Lora("ink", 0.5),),
        uses_strength=False,
        levels=50,
    )
    capacity = Capacity(slots=2, device="CPU", models={"m": able})
    frame = through_the_pipe({"frame": "capacity", "capacity": asdict(capacity)})
    assert protocol.capacity_from_json(frame["capacity"]) == capacity
