"""Everything that decides what comes out, apart from the machine's speed."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from training.autoencoder import AutoencoderSettings
from training.bridge import BridgeSettings
from training.denoiser import DenoiserSettings
from training.edges import EDGE_BRIDGE, EdgeSettings
from training.loop import LoopSettings
from training.rendering import Drawing


def _on_gpu(loop: LoopSettings) -> LoopSettings:
    return replace(loop, save_every_s=40.0)


@dataclass(frozen=True)
class Recipe:
    start: Path | None = None  # an exported model whose training goes on; None to begin from nothing
    drawing: Drawing = field(default_factory=lambda: Drawing(large_every=4))
    encode_batch: int = 16
    captions: int = 24  # of each style, kind of scene, and way to name it
    features: int = 1200  # steps of the network by which strokes are compared
    autoencoder: AutoencoderSettings = field(default_factory=AutoencoderSettings)
    autoencoder_loop: LoopSettings = field(default_factory=lambda: LoopSettings(2.5e-3, minutes=48, batch=16))
    denoiser: DenoiserSettings = field(default_factory=DenoiserSettings)
    bridge: BridgeSettings = field(default_factory=lambda: BridgeSettings(large=0.25))
    denoiser_loop: LoopSettings = field(
        default_factory=lambda: LoopSettings(
            1.5e-3, minutes=54, warmup=80, hold=0.3, floor=2e-5, average=0.9965, seed=1, batch=32
        )
    )
    refine_loop: LoopSettings = field(
        default_factory=lambda: LoopSettings(1e-3, minutes=18, warmup=50, seed=2, batch=16)
    )
    edges: EdgeSettings = field(default_factory=EdgeSettings)
    edge_bridge: BridgeSettings = field(default_factory=lambda: replace(EDGE_BRIDGE, batch=16, large=0.25))
    edge_loop: LoopSettings = field(
        default_factory=lambda: LoopSettings(2.5e-3, minutes=38, hold=0.45, average=0.99, seed=5, batch=16)
    )
    device: str = "cpu"
    replicas: int = 2  # processes of one thread each that train the denoiser together

    def with_minutes(self, minutes: float) -> "Recipe":
        """Share a time between the trainings; on a processor, drawing and encoding come on top of it."""
        shares = {"autoencoder": 0.3, "denoiser": 0.46, "refine": 0.06, "edges": 0.18}
        loops = (self.autoencoder_loop, self.denoiser_loop, self.refine_loop, self.edge_loop)
        shared = [replace(loop, minutes=share * minutes) for loop, share in zip(loops, shares.values(), strict=True)]
        return replace(
            self, autoencoder_loop=shared[0], denoiser_loop=shared[1], refine_loop=shared[2], edge_loop=shared[3]
        )

    def tiny(self) -> "Recipe":
        """Everything a run does, in a minute of a processor and to no good: for rehearsals and tests."""
        return replace(
            self,
            drawing=Drawing(
                shards=2, composed=1, shard_size=2, pairs=replace(self.drawing.pairs, targets=2), large_every=2
            ),
            captions=2,
            features=3,
            autoencoder=replace(self.autoencoder, channels=(16, 16, 24, 32), crop=64, batch=6),
            autoencoder_loop=replace(self.autoencoder_loop, steps=40, warmup=10, report_every=10),
            denoiser=DenoiserSettings(channels=(32, 64, 64), text_width=64, text_layers=1, text_heads=2),
            denoiser_loop=replace(self.denoiser_loop, steps=40, warmup=10, report_every=10),
            bridge=replace(self.bridge, batch=4, terminal=0.0, dropped=0.0),  # pure noise takes long to be learnt
            refine_loop=replace(self.refine_loop, steps=10, warmup=2, report_every=5),
            edge_bridge=replace(self.edge_bridge, batch=4),
            edge_loop=replace(self.edge_loop, steps=12, warmup=4, report_every=6),
            replicas=1,
        )

    def for_gpu(self) -> "Recipe":
        """Many more pictures, all in the GPU's memory, and batches that keep it busy."""
        gigabytes = torch.cuda.get_device_properties(0).total_memory / 2**30
        roomy = gigabytes > 100
        batch = 768 if roomy else 512
        shards = 160 if roomy else 90  # at eight pictures a scene
        large = replace(self.drawing, shards=shards, composed=shards // 4, large_every=16, device="cuda")
        return replace(
            self,
            drawing=large,
            encode_batch=256,
            captions=128,
            autoencoder=replace(self.autoencoder, batch=160, whole=0.25, plain_share=0.45),
            autoencoder_loop=_on_gpu(replace(self.autoencoder_loop, learning_rate=3e-3, batch=160)),
            bridge=replace(self.bridge, batch=batch, terminal=0.38, large=0.15),
            denoiser_loop=_on_gpu(
                replace(self.denoiser_loop, learning_rate=2.5e-3, warmup=200, average=0.998, batch=batch)
            ),
            refine_loop=_on_gpu(replace(self.refine_loop, batch=160)),
            edge_bridge=replace(self.edge_bridge, batch=384, large=0.15),
            edge_loop=_on_gpu(replace(self.edge_loop, batch=384)),
            device="cuda",
            replicas=1,
        )
