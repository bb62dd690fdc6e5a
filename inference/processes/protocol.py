"""What the bot and its worker say to each other, in frames that name their kind (`inference.processes.frames`).

to the worker    open {settings}   run {request}   cancel {id}
from it          capacity {capacity}    the device and the models; the first one says that it is ready
                 unavailable {message}  the default model cannot be loaded; the worker leaves
                 counters {counters}    what the backend has counted, by name
                 event {id, event}      what `Engine.run` yields
                 alive {id, model, pixels}  a phase begins: work on so many pixels, or loading (0)
                 poisoned {message}     the device is in a state that only a new process mends; the worker leaves
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

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
from inference.processes.frames import BadFrame, Frame

_EVENTS: Mapping[str, type[Event]] = {
    kind.__name__: kind for kind in (Started, Step, Preview, Done, Failed, Cancelled)
}


_NOT_OURS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What comes of reading values that are of another kind than ours."""


def event_to_json(event: Event) -> Frame:
    """An event as plain values; paths become text."""
    return {"event": type(event).__name__, **asdict(event)}


def event_from_json(fields: Frame) -> Event:
    """The event that `event_to_json` wrote.

    Raises:
        BadFrame: if it is none.
    """
    try:
        values = dict(fields)
        kind = _EVENTS[values.pop("event")]
        if kind is Failed:
            values["kind"] = FailureKind(values["kind"])
        for name in ("path", "output"):
            if name in values:
                values[name] = Path(values[name])
        if "notes" in values:
            values["notes"] = tuple(Note(**note) for note in values["notes"])
        return kind(**values)
    except _NOT_OURS as error:
        raise BadFrame(repr(fields)) from error


def request_from_json(fields: Frame) -> Img2ImgRequest:
    """The request that `dataclasses.asdict` wrote."""
    control = fields["control"]
    return Img2ImgRequest(
        **{
            **fields,
            "source": Path(fields["source"]),
            "output": Path(fields["output"]),
            "control": None if control is None else _control_from_json(control),
            "loras": tuple(Lora(**lora) for lora in fields["loras"]),
        }
    )


def _control_from_json(fields: Frame) -> Control:
    drawn = fields["map"]
    return Control(
        **{**fields, "kind": ControlKind(fields["kind"]), "map": None if drawn is None else Path(drawn)},
    )


def counters_from_json(fields: Frame) -> Mapping[str, int]:
    """Counts by name.

    Raises:
        BadFrame: if they are none.
    """
    try:
        counts = all(isinstance(count, int) for count in fields.values())
    except _NOT_OURS as error:
        raise BadFrame(repr(fields)) from error
    if not counts:
        raise BadFrame(repr(fields))
    return fields


def capacity_from_json(fields: Frame) -> Capacity:
    """The capacity that `dataclasses.asdict` wrote.

    Raises:
        BadFrame: if it is none.
    """
    try:
        models = {
            model: ModelDefaults(
                **{
                    **defaults,
                    "controls": tuple(ControlKind(kind) for kind in defaults["controls"]),
                    "loras": tuple(Lora(**lora) for lora in defaults["loras"]),
                }
            )
            for model, defaults in fields["models"].items()
        }
        return Capacity(**{**fields, "models": models, "loaded": tuple(fields["loaded"])})
    except _NOT_OURS as error:
        raise BadFrame(repr(fields)) from error
