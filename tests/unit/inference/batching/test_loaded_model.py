from dataclasses import replace

from inference.batching.loaded_model import architecture
from inference.models.memory_plan import MemoryPlan, Offload, Quantize
from tests.tiny_models.folders import unet

PLAIN = MemoryPlan(pixels=512 * 512, resident=1, least=1, peak=1)


def test_checkpoints_of_one_architecture_share_their_row_count() -> None:
    one, other = unet(), unet()
    other.register_to_config(_name_or_path="somewhere/else")
    assert architecture(one, PLAIN) == architecture(other, PLAIN)
    # What a plan leaves to the autoencoder or to a call does not change how fast the network is.
    assert architecture(one, PLAIN) == architecture(one, replace(PLAIN, tiled=True, rows=8, pixels=1))


def test_another_width_or_weights_that_are_kept_otherwise_are_another_architecture() -> None:
    network = unet()
    plans = (PLAIN, replace(PLAIN, quantize=Quantize.INT8), replace(PLAIN, offload=Offload.BLOCKS))
    every = {architecture(unet(layers_per_block=2), PLAIN), *(architecture(network, plan) for plan in plans)}
    assert len(every) == 4
