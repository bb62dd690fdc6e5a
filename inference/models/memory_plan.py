"""What of a model lies where, and in how many bits, so that it fits a card: a pure function, decided before loading.

Sizes of weights are exact; what a call of the model needs besides is estimated from its configuration
(`Shape.denoising`, `Shape.decoding`), and `RESERVE` and `FRAGMENTATION` stand for what nobody can compute.
Nothing here has been measured on a GPU.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from inference.models.weights import ModelPart

GB = 1_000_000_000
GIB = 1 << 30

RESERVE = int(0.6 * GIB)
"""Of a card's free memory, what the driver's context and kernels take, and a desktop may come to want."""

FRAGMENTATION = 0.06
"""Share of the rest that an allocator loses in pieces."""

ENCODING = 100_000_000
"""Bytes for what text encoders compute: a few hundred tokens, four thousand wide."""

BUFFERS = 1_000_000
"""Bytes for each part of what is in no file but computed: position ids, frequencies."""

MOST_ROWS = 16
PIXELS_AT_LEAST = 256 * 256

STREAMED_AT_A_TIME = 2
"""Blocks: the one at work, and the next that comes meanwhile."""

TILE_SIDE = 512
"""Pixels along a side of what a tiled autoencoder works on at a time, as diffusers' own tiles are."""


class Quantize(StrEnum):
    """In how many bits the denoiser's linear layers are kept."""

    NONE = "none"
    INT8 = "int8"  # torchao, weights only
    NF4 = "nf4"  # bitsandbytes
    FLOAT8 = "float8"  # torchao, inputs too: faster if the card computes in it. For owners who ask only


class Offload(StrEnum):
    """What lies in the host's memory until it is needed."""

    NONE = "none"
    TEXT = "text"  # text encoders, whose layers come one by one
    BLOCKS = "blocks"  # those, and the denoiser, whose blocks come one by one


class Memory(StrEnum):
    """The owner's choice of how memory is saved."""

    AUTO = "auto"
    FULL = "full"  # everything on the device as it is, whatever that takes
    LOW = "low"  # leave much of the card to others


BYTES = {Quantize.NONE: 2.0, Quantize.INT8: 1.02, Quantize.NF4: 0.5625, Quantize.FLOAT8: 1.02}
"""Of a number in a matrix, with its scales: 8 bit has one for each row, NF4 one float32 for 64 numbers."""


FLOAT8_CAPABILITY = (8, 9)
"""Compute capability from which on NVIDIA's cards compute in float8: Ada and Hopper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphicsCard:
    """A device to plan for.

    Attributes:
        kind: "cuda", "rocm", "xpu" or "mps".
        free: bytes of it that are free.
        host: bytes of the host's memory that are free.
        quantizers: what its libraries can do.
        itemsize: bytes of a number as models are loaded on it.
    """

    kind: str
    free: int
    host: int
    quantizers: frozenset[Quantize] = frozenset(Quantize)
    itemsize: int = 2

    @property
    def usable(self) -> int:
        """Bytes that a plan may fill."""
        return max(0, int((self.free - RESERVE) * (1 - FRAGMENTATION)))

    @property
    def shares_memory(self) -> bool:
        """Whether the host's memory is the device's, so that nothing is gained by moving there."""
        return self.kind == "mps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of a model's configuration says how much its calls need.

    Attributes:
        transformer: whether the denoiser is one; else a UNet.
        width: its channels, of a UNet those of its first level.
        vae_scale_factor: pixels per latent, along a side.
        vae_width: channels of the autoencoder's finest level.
        vae_itemsize: bytes of its numbers as it decodes; 4 for SDXL's own, which overflows in 2.
        rows: that a request brings to a call: 2 if it may be guided by a second one, 1 if guidance is an input.
    """

    transformer: bool
    width: int
    vae_scale_factor: int = 8
    vae_width: int = 128
    vae_itemsize: int = 2
    rows: int = 2

    def denoising(self, pixels: int, rows: int) -> int:
        """Bytes that one call needs besides weights: activations of the widest layer; attention keeps no map.

        A transformer's block has its tokens 16 times at once: their norm, queries, keys, values, an MLP of four times
        the width and both their outputs. A UNet's decoder has the features of its finest level some 40 times:
        the skip connections, twice in the concatenation, and a feed-forward of eight times the width.
        """
        places = pixels // self.vae_scale_factor**2
        one = (places // 4 + 512) * self.width * 16 * 2 if self.transformer else places * self.width * 40 * 2
        return one * rows

    def decoding(self, pixels: int, *, tiled: bool) -> int:
        """Bytes of the autoencoder's last level: its features of twice the width, four times at once."""
        side = min(pixels, TILE_SIDE**2) if tiled else pixels
        return 4 * 2 * self.vae_width * side * self.vae_itemsize + 3 * 4 * pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What is planned.

    Attributes:
        pixels: its working area.
    """

    parts: tuple[ModelPart, ...]
    shape: Shape
    pixels: int

    def of(self, *roles: str) -> tuple[ModelPart, ...]:
        """The parts with one of these roles."""
        return tuple(part for part in self.parts if part.role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What the owner says; None and `AUTO` leave it to the plan."""

    memory: Memory = Memory.AUTO
    quantize: Quantize | None = None
    offload: Offload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """What is done with a model.

    Attributes:
        tiled: the autoencoder decodes tile by tile.
        pixels: area that is worked on.
        rows: in one call of the denoiser, at most; as many as a request brings, or more.
        resident: bytes of weights that stay on the device.
        moved: the most bytes of weights that are there for a while besides.
        least: the most bytes on the device at any time with one request in a call, weights and all.
        peak: the same with `rows`.
        host: bytes of weights that lie in the host's memory meanwhile.
    """

    quantize: Quantize = Quantize.NONE
    offload: Offload = Offload.NONE
    tiled: bool = False
    pixels: int
    rows: int = 1
    resident: int
    moved: int = 0
    least: int
    peak: int
    host: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether the denoiser is on the device as it came."""
        return self.quantize is Quantize.NONE and self.offload is not Offload.BLOCKS

    @property
    def weights(self) -> int:
        """The most bytes of weights on the device at any time."""
        return self.resident + self.moved

    @property
    def words(self) -> str:
        """For people."""
        in_words = {
            Quantize.INT8: "denoiser in 8 bit",
            Quantize.NF4: "denoiser in 4 bit",
            Quantize.FLOAT8: "denoiser in float8",
            Offload.TEXT: "text encoders streamed",
            Offload.BLOCKS: "blocks streamed",
        }
        what = [in_words[each] for each in (self.offload, self.quantize) if each in in_words]
        return ", ".join([*what, *(["decoded in tiles"] if self.tiled else [])]) or "all on the card"


class DoesNotFit(Exception):
    """No plan fits.

    Attributes:
        least: bytes that the smallest plan would fill.
        usable: bytes that there are, of the device or, if that would do, of the host.
    """

    def __init__(self, possible: Sequence[MemoryPlan], card: GraphicsCard) -> None:
        on_card = [each for each in possible if each.peak <= card.usable]
        of_host = min((each.host for each in on_card), default=0)
        self.least = of_host or min((each.peak for each in possible), default=0)
        self.usable = card.host if of_host else card.usable
        memory = "the host's memory" if of_host else "the device's memory"
        super().__init__(
            f"needs {self.least / GB:.1f} GB of {memory}, {self.usable / GB:.1f} GB can be used"
            if possible
            else "cannot be run as its entry says on this device: leave quantize and offload out"
        )


@dataclass(frozen=True, slots=True)
class _Strategy:
    offload: Offload
    quantize: Quantize = Quantize.NONE
    tiled: bool = False
    area: float = field(default=1.0)


STRATEGIES = (
    _Strategy(Offload.NONE),
    _Strategy(Offload.TEXT),
    _Strategy(Offload.TEXT, tiled=True),
    _Strategy(Offload.TEXT, Quantize.INT8),
    _Strategy(Offload.TEXT, Quantize.INT8, tiled=True),
    _Strategy(Offload.TEXT, Quantize.NF4),
    _Strategy(Offload.TEXT, Quantize.NF4, tiled=True),
    _Strategy(Offload.BLOCKS, tiled=True),
    _Strategy(Offload.BLOCKS, Quantize.INT8, tiled=True),
    _Strategy(Offload.BLOCKS, tiled=True, area=0.5),
    _Strategy(Offload.BLOCKS, tiled=True, area=0.25),
)
"""What is tried in turn: the first that fits is taken. Streaming text encoders costs a second for new words, tiles
may show faint seams, 8 bit is next to invisible, 4 bit shows in details; blocks keep all bits and take a transfer of
the whole denoiser for each step, and room for it in the host's memory: of which 8 bit want half."""


def plan(model: Model, card: GraphicsCard, preferences: Preferences | None = None) -> MemoryPlan:
    """The best plan that fits.

    Raises:
        DoesNotFit: none does.
    """
    preferences = preferences or Preferences()
    made = candidates(model, card, preferences)
    if made and preferences == Preferences(memory=Memory.FULL):
        return made[0]
    fitting = next((each for each in made if fits(each, card)), None)
    if fitting is None:
        raise DoesNotFit(made, card)
    return _with_rows(fitting, model, card)


def candidates(model: Model, card: GraphicsCard, preferences: Preferences) -> list[MemoryPlan]:
    """All plans that the device and the owner allow, the best first, whether they fit or not; one row in a call."""
    packed = any(part.packed for part in model.of("denoiser"))
    able = frozenset({Quantize.NONE}) if packed else card.quantizers
    strategies = _strategies(replace(card, quantizers=able), preferences)
    # What bitsandbytes has packed cannot be streamed, and of other packings nobody has tried it.
    return [
        _made(model, card, strategy) for strategy in strategies if not (packed and strategy.offload is Offload.BLOCKS)
    ]


def fits(made: MemoryPlan, card: GraphicsCard) -> bool:
    """Whether there is room for it."""
    return made.peak <= card.usable and made.host <= card.host


def _strategies(card: GraphicsCard, preferences: Preferences) -> Iterator[_Strategy]:
    """Those that the device and the owner allow."""
    strategies: tuple[_Strategy, ...] = STRATEGIES
    if card.shares_memory:
        strategies = tuple(_Strategy(Offload.NONE, tiled=tiled, area=area) for tiled, area in _SHARED)
    if preferences.memory is Memory.FULL:
        strategies = strategies[:1]
    elif preferences.memory is Memory.LOW:
        strategies = tuple(strategy for strategy in strategies if strategy.tiled)
    seen = set()
    for strategy in strategies:
        chosen = replace(
            strategy,
            offload=strategy.offload if preferences.offload is None else preferences.offload,
            quantize=strategy.quantize if preferences.quantize is None else preferences.quantize,
        )
        # bitsandbytes cannot be streamed, and of float8 nobody has tried it.
        unstreamed = chosen.offload is Offload.BLOCKS and chosen.quantize in {Quantize.NF4, Quantize.FLOAT8}
        if chosen.quantize in card.quantizers and chosen not in seen and not unstreamed:
            seen.add(chosen)
            yield chosen


_SHARED = ((False, 1.0), (True, 1.0), (True, 0.5), (True, 0.25))


def _made(model: Model, card: GraphicsCard, strategy: _Strategy) -> MemoryPlan:
    texts = [_bytes(part, card.itemsize) for part in model.of("text")]
    denoisers = model.of("denoiser")
    others = sum(_bytes(part, card.itemsize) for part in model.of("vae", "other"))
    if model.shape.vae_itemsize > card.itemsize:  # the copy that encodes (`Components.exact_vae`)
        others += sum(part.numbers * model.shape.vae_itemsize for part in model.of("vae"))
    pixels = max(min(PIXELS_AT_LEAST, model.pixels), int(model.pixels * strategy.area))
    kept = [_bytes(part, card.itemsize, strategy.quantize) for part in denoisers]
    resident, text, streamed, host = others + BUFFERS * len(model.parts), 0, 0, 0
    if strategy.offload is Offload.NONE:
        resident += sum(texts)
    else:
        text = max((_leaves(part, card.itemsize) for part in model.of("text")), default=0)
        host += sum(texts)
    if strategy.offload is Offload.BLOCKS:
        streamed = max((_streamed(part, card.itemsize, strategy.quantize) for part in denoisers), default=0)
        host += sum(kept)
    else:
        resident += sum(kept)
    # A quantised layer is unpacked for its call.
    is_packed = strategy.quantize is not Quantize.NONE or any(part.packed for part in denoisers)
    unpacked = max((part.leaf for part in denoisers), default=0) if is_packed else 0
    denoising = model.shape.denoising(pixels, model.shape.rows) + unpacked * card.itemsize
    decoding = model.shape.decoding(pixels, tiled=strategy.tiled)
    # One thread owns the device: words are encoded, pictures denoised and decoded one after the other.
    peak = resident + max(text + ENCODING, streamed + denoising, decoding)
    return MemoryPlan(
        quantize=strategy.quantize,
        offload=strategy.offload,
        tiled=strategy.tiled,
        pixels=pixels,
        resident=resident,
        moved=max(text, streamed),
        least=peak,
        peak=peak,
        host=host,
        rows=model.shape.rows,
    )


def _with_rows(made: MemoryPlan, model: Model, card: GraphicsCard) -> MemoryPlan:
    """The plan with as many rows in a call as there is room for."""
    one = model.shape.denoising(made.pixels, 1)
    counted = rows = model.shape.rows
    while rows < MOST_ROWS and made.least + (2 * rows - counted) * one <= card.usable:
        rows *= 2
    return replace(made, rows=rows, peak=made.least + (rows - counted) * one)


def _bytes(part: ModelPart, itemsize: int, quantize: Quantize = Quantize.NONE) -> int:
    if part.packed:
        return part.packed
    if quantize is Quantize.NONE:
        return part.numbers * itemsize
    return int((part.numbers - part.matrices) * itemsize + part.matrices * BYTES[quantize])


def _streamed(part: ModelPart, itemsize: int, quantize: Quantize) -> int:
    """The most bytes of a denoiser on the device while its blocks pass; what is in none of them stays throughout."""
    whole = _bytes(part, itemsize, quantize)
    if not part.block:
        return whole
    share = min(1.0, (part.outside + STREAMED_AT_A_TIME * part.block) / part.numbers)
    # Quantised, what is outside of blocks may be other layers than linear ones: it counts in full.
    outside = 0 if quantize is Quantize.NONE else part.outside * itemsize
    return min(whole, int(whole * share) + 1 + outside)


def _leaves(part: ModelPart, itemsize: int) -> int:
    """The same of a text encoder, of which layers pass one by one; the largest is the table of its words."""
    return min(_bytes(part, itemsize), STREAMED_AT_A_TIME * part.leaf * itemsize)
