"""Which rows of a call which control networks steer, and the sum of what they add."""

from collections.abc import Callable
from dataclasses import replace

import torch

from inference.acceleration.transfer import to_device
from inference.batching.components import ControlNet
from inference.batching.denoiser import Rows
from inference.batching.run import Run


def steered(rows: Rows, runs: list[Run]) -> Rows:
    """The rows of a call of these runs with the residuals of their control networks."""
    steering: dict[ControlNet, list[tuple[Run, int]]] = {}
    place = 0
    for run in runs:
        if run.net is not None and run.is_steered:
            steering.setdefault(run.net, []).extend((run, row) for row in range(place, place + run.rows))
        place += run.rows
    if not steering:
        return rows
    added = {net: (_residuals(net, rows, steered_rows), net.layout) for net, steered_rows in steering.items()}
    if len({layout for _, layout in added.values()}) > 1:
        added = {net: net.spread(found, runs[0].components) for net, (found, _) in added.items()}
    some, layout = next(iter(added.values()))
    if len(next(iter(steering.values()))) == len(rows.latents):
        return replace(rows, residuals=some, layout=layout)
    residuals = tuple(each.new_zeros(len(rows.latents), *each.shape[1:]) for each in some)
    for net, steered_rows in steering.items():
        places = to_device(torch.tensor([row for _, row in steered_rows]), rows.latents.device)
        for all_rows, each in zip(residuals, added[net][0], strict=True):
            all_rows.index_copy_(0, places, each)
    return replace(rows, residuals=residuals, layout=layout)


def _residuals(net: ControlNet, rows: Rows, steered_rows: list[tuple[Run, int]]) -> tuple[torch.Tensor, ...]:
    """The residuals of a network for the rows that it steers, in their order."""
    if not net.once:
        return _called(net, rows, steered_rows)
    positive = {run: (run, row) for run, row in steered_rows}  # of a run's two rows the last one
    found = _called(net, rows, list(positive.values()))
    place = {run: number for number, run in enumerate(positive)}
    places = to_device(torch.tensor([place[run] for run, _ in steered_rows]), rows.latents.device)
    return tuple(each.index_select(0, places) for each in found)


def _called(net: ControlNet, rows: Rows, steered_rows: list[tuple[Run, int]]) -> tuple[torch.Tensor, ...]:
    """Call a network for some rows, one at a time if memory has to be saved."""
    low_memory = steered_rows[0][0].task.low_memory
    calls = [[each] for each in steered_rows] if low_memory else [steered_rows]
    residuals = []
    for part in calls:
        own = rows.mapped(_chooser(to_device(torch.tensor([row for _, row in part]), rows.latents.device)))
        hints = torch.cat([run.hint for run, _ in part])
        scales = to_device(torch.tensor([run.control_scale for run, _ in part]), rows.latents.device)
        residuals.append(net.residuals(own, hints, scales))
    return residuals[0] if len(residuals) == 1 else tuple(torch.cat(each) for each in zip(*residuals, strict=True))


def _chooser(places: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda each: each.index_select(0, places)
