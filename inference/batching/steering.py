"""Which rows of a call which control networks steer, and the sum of what they add."""

from collections.abc import Callable
from dataclasses import replace

import torch

from inference.acceleration.transfer import to_device
from inference.batching.components import ControlNet
from inference.batching.denoiser import Rows
from inference.batching.run import Run


def steered(rows: Rows, runs: list[Run]) -> Rows:
    """The rows of a call of these runs with what their networks say."""
    steering: dict[ControlNet, list[tuple[Run, int]]] = {}
    place = 0
    for run in runs:
        if run.net is not None and run.is_steered:
            steering.setdefault(run.net, []).extend((run, row) for row in range(place, place + run.rows))
        place += run.rows
    if not steering:
        return rows
    said = {net: (_found(net, rows, told), net.layout) for net, told in steering.items()}
    if len({layout for _, layout in said.values()}) > 1:
        said = {net: net.spread(found, runs[0].components) for net, (found, _) in said.items()}
    some, layout = next(iter(said.values()))
    if len(next(iter(steering.values()))) == len(rows.latents):
        return replace(rows, residuals=some, layout=layout)
    residuals = tuple(each.new_zeros(len(rows.latents), *each.shape[1:]) for each in some)
    for net, told in steering.items():
        places = to_device(torch.tensor([row for _, row in told]), rows.latents.device)
        for all_rows, each in zip(residuals, said[net][0], strict=True):
            all_rows.index_copy_(0, places, each)
    return replace(rows, residuals=residuals, layout=layout)


def _found(net: ControlNet, rows: Rows, told: list[tuple[Run, int]]) -> tuple[torch.Tensor, ...]:
    """What a network says of its rows."""
    if not net.once:
        return _said(net, rows, told)
    asked = {run: (run, row) for run, row in told}  # of a run's two rows the last one, which is the positive
    found = _said(net, rows, list(asked.values()))
    place = {run: number for number, run in enumerate(asked)}
    places = to_device(torch.tensor([place[run] for run, _ in told]), rows.latents.device)
    return tuple(each.index_select(0, places) for each in found)


def _said(net: ControlNet, rows: Rows, told: list[tuple[Run, int]]) -> tuple[torch.Tensor, ...]:
    """What a network says of some rows, one at a time if that saves memory."""
    low_memory = told[0][0].task.low_memory
    components = [[each] for each in told] if low_memory else [told]
    said = []
    for part in components:
        own = rows.mapped(_chooser(to_device(torch.tensor([row for _, row in part]), rows.latents.device)))
        hints = torch.cat([run.hint for run, _ in part])
        scales = to_device(torch.tensor([run.control_scale for run, _ in part]), rows.latents.device)
        said.append(net.residuals(own, hints, scales))
    return said[0] if len(said) == 1 else tuple(torch.cat(each) for each in zip(*said, strict=True))


def _chooser(places: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda each: each.index_select(0, places)
