"""A request in the step loop: its inputs and its state from its first call to its last."""

import queue
from dataclasses import dataclass, field

import torch
from PIL import Image

from inference.acceleration.transfer import ToHost, to_device
from inference.batching.components import Components, ControlNet, LatentDist, PreparedImage
from inference.batching.controlnet import acts
from inference.batching.denoiser import Rows
from inference.batching.loaded_model import LoadedModel
from inference.batching.preview import render, sized
from inference.batching.sigmas import Grid
from inference.batching.solver import Plan, stepped
from inference.batching.strength import Start, start_of
from inference.batching.task import Task
from inference.errors import NotFinite, Stopped, Unsuited

PREVIEWS = 3
"""Previews per request, at most."""

CALLS_BETWEEN_PREVIEWS = 3
"""Calls from one preview to the next, at least: a request of fewer is over before anyone has seen one."""


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    """The picture that the model predicts at a step (x0).

    Attributes:
        picture: unscaled latents [channels, height, width], or pixels [height, width, 3], uint8.
    """

    picture: ToHost


@dataclass(frozen=True, slots=True)
class Finished:
    """One of several pictures that were decoded together.

    Attributes:
        pixels: [n, height, width, 3], uint8.
        finite: bool, [n]: whether all decoded values were finite.
        place: which of them it is.
    """

    pixels: ToHost
    finite: ToHost
    place: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A request's random numbers, drawn in stock's order before it begins.

    Attributes:
        map: for the sample of its map.
        sample: for the sample of the picture, [1, channels, height, width].
        noise: to begin with, [channels, height, width].
        steps: for each step, [calls, channels, height, width].
    """

    map: torch.Tensor | None
    sample: torch.Tensor | None
    noise: torch.Tensor
    steps: torch.Tensor | None

    @classmethod
    def of(
        cls,
        task: Task,
        components: Components,
        plan: Plan,
        generator: torch.Generator,
        *,
        net: ControlNet | None,
        steps: bool,
    ) -> "Drawn":
        """Draw them; `steps`: those of the steps too, which a scheduler of the request's own draws itself."""
        of_map = None if net is None or task.map is None else net.draws(task.map, components, generator)
        sample = components.draw_sample_noise(task.picture, generator)
        shape = components.latent_shape(task.picture)
        noise = torch.randn(shape, generator=generator)
        if not (steps and plan.draws):
            return cls(of_map, sample, noise, None)
        fresh = torch.stack([torch.randn(shape, generator=generator) for _ in range(plan.draws)])
        return cls(of_map, sample, noise, torch.tensordot(plan.noise, fresh, dims=1))


@dataclass(slots=True, eq=False, weakref_slot=True)
class Run:
    """A request in the step loop. Built in the thread of the request, then owned by the loop.

    Attributes:
        prepared: its picture, until that is encoded.
        drawn: all random numbers that can be drawn before it begins.
        call: how many calls of the model are behind it.
        state: float32, [slots, channels, height, width]: the sample and what its solver remembers.
        noises: float32, [calls, channels, height, width]; None if the solver draws none.
        conditions: the denoiser's inputs besides sample and timestep: one row, or the negative and the positive.
        grid: a scheduler of its own, if the model's is not linear.
        guidance: float32, [1]: its scale.
        output: of the last call, after guidance, [channels, height, width].
        outbox: previews, then the picture or an error, for the thread of the request.
        abandoned: whether that thread is gone.
        net: its control network; None if it has none.
        hint: its control map as the network takes it, one row.
    """

    task: Task
    loaded: LoadedModel
    plan: Plan
    grid: Grid | None
    prepared: PreparedImage | None
    generator: torch.Generator
    drawn: "Drawn"
    net: ControlNet | None = None
    outbox: queue.SimpleQueue[PreviewFrame | Finished | Exception] = field(default_factory=queue.SimpleQueue)
    abandoned: bool = False
    call: int = 0
    dist: LatentDist | None = None
    state: torch.Tensor = field(init=False)
    noises: torch.Tensor | None = None
    conditions: Rows = field(init=False)
    output: torch.Tensor = field(init=False)
    matrices: torch.Tensor = field(init=False)
    times: torch.Tensor = field(init=False)
    scales: torch.Tensor = field(init=False)
    guidance: torch.Tensor = field(init=False)
    hint: torch.Tensor = field(init=False)

    @classmethod
    def of(cls, task: Task, loaded: LoadedModel, net: ControlNet | None = None) -> "Run":
        """The run that a task asks for.

        Raises:
            Unsuited: if the scheduler cannot have so many steps.
        """
        request = task.request
        components = loaded.components
        start = Start(request.steps, 1.0) if components.edits else start_of(request.steps, request.strength)
        from_noise = components.edits or request.strength >= 1
        try:
            shape = components.latent_shape(task.picture)
            plan = loaded.solver.plan(request.steps, start, shape=shape, from_noise=from_noise)
            grid = loaded.solver.stepper(request.steps, start)
        except ValueError:
            raise Unsuited(
                f"The model {request.model!r} cannot take {request.steps} steps: try fewer.",
                cause="too-many-steps",
                values={"model": request.model, "steps": str(request.steps)},
            ) from None
        generator = torch.Generator("cpu").manual_seed(request.seed)
        drawn = Drawn.of(task, loaded.components, plan, generator, net=net, steps=grid is None)
        return cls(task, loaded, plan, grid, loaded.components.prepare_image(task.picture), generator, drawn, net)

    @property
    def components(self) -> Components:
        """Of its model."""
        return self.loaded.components

    @property
    def rows(self) -> int:
        """Rows of the batch that it takes."""
        return len(self.conditions.latents)

    @property
    def shape(self) -> torch.Size:
        """Of its latents."""
        return self.state.shape[1:]

    @property
    def done(self) -> bool:
        """Whether all calls are behind it."""
        return self.call == self.plan.calls

    @property
    def control_scale(self) -> float:
        """Weight of its control network's residuals."""
        return self.task.request.control.scale if self.task.request.control is not None else 0.0

    @property
    def is_steered(self) -> bool:
        """Whether its map acts in this call."""
        control = self.task.request.control
        return self.net is not None and control is not None and acts(control, self.call, self.plan.calls)

    def check(self) -> None:
        """Raises `Stopped` if nobody waits for it any more."""
        if self.abandoned:
            raise Stopped
        self.task.check()

    def prepare(self) -> None:
        """Encode words and picture: everything on the device before the first step."""
        self.check()
        request, components, plan = self.task.request, self.components, self.plan
        self.loaded.apply_loras()
        components.set_low_memory(low_memory=self.task.low_memory)
        assert self.prepared is not None
        self.dist = components.encode_image(self.prepared)
        self.prepared = None
        source = components.sample_latents(self.dist, self.drawn.sample).float()
        device = source.device
        signal, noise = plan.begin
        sample = noise * to_device(self.drawn.noise, device)
        if signal:
            sample += signal * source[0]
        self.state = torch.zeros(plan.matrices.shape[1], *sample.shape, device=device)
        self.state[0] = sample
        self.matrices = to_device(plan.matrices, device)
        self.times = to_device(torch.tensor(plan.timesteps, dtype=torch.float32), device)
        self.scales = to_device(torch.tensor(plan.scales, dtype=torch.float32), device)
        self.guidance = to_device(
            torch.tensor([components.guidance_weight(request.guidance_scale)], dtype=torch.float32), device
        )
        if self.drawn.steps is not None:
            self.noises = to_device(self.drawn.steps, device)
        self.conditions = components.conditions(request, self.task.picture, source)
        if self.net is not None and self.task.map is not None:
            self.hint = self.net.hint(self.task.map, components, self.drawn.map)

    def settle(self) -> None:
        """End a step whose call has succeeded; whatever goes wrong from here is this request's own.

        Raises:
            Stopped: it was cancelled.
        """
        if self.grid is not None:
            timestep = self.grid.timesteps[self.call]
            self.state = stepped(self.grid.scheduler, timestep, self.output[None], self.state, self.generator).float()
        self.call += 1
        self.task.step(self.call, self.plan.calls)

    def send_preview(self, output: torch.Tensor) -> None:
        """Send a preview if one is due; to be called before the scheduler's step with the guided `output`."""
        every = max(CALLS_BETWEEN_PREVIEWS, -(-self.plan.calls // (PREVIEWS + 1)))
        at = self.call + 1
        if self.task.preview is None or at % every or at == self.plan.calls:
            return
        components = self.components
        latents = components.predicted(self.state[0], output, self.plan.mixes[self.call])[None]
        shown = (
            self.components.decode_preview(latents)
            if self.components.decodes_previews
            else self.components.unscale(latents)
        )
        self.outbox.put(PreviewFrame(ToHost(shown[0])))

    def follow(self) -> Image.Image:
        """Wait for the picture in the thread of the request, which also makes the previews.

        Raises:
            Exception: what the loop met.
        """
        weights: torch.Tensor | None = None
        while True:
            match self.outbox.get():
                case PreviewFrame(picture=on_its_way):
                    assert self.dist is not None
                    assert self.task.preview is not None
                    preview = on_its_way.wait()
                    if preview.dtype == torch.uint8:
                        self.task.preview(sized(Image.fromarray(preview.numpy()), self.task.picture.size))
                        continue
                    weights = (
                        self.loaded.latent_preview.fitted(self.dist, self.task.picture)
                        if weights is None
                        else weights
                    )
                    self.task.preview(render(preview, weights, self.task.picture.size))
                case Finished(pixels=pixels, finite=finite, place=place):
                    if not bool(finite.wait()[place]):
                        raise NotFinite
                    return Image.fromarray(pixels.wait()[place].numpy())
                case Stopped():
                    raise Stopped
                case error:
                    try:
                        raise error
                    finally:
                        del error  # its traceback holds this frame, and so this run and all its tensors
