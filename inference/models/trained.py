"""What an owner says of a checkpoint's training, which merges and converters lose."""

from dataclasses import replace

from inference.api import ModelUnavailable
from inference.models import checkpoints
from inference.models.checkpoints import Checkpoint
from inference.models.entry import ModelEntry


def as_told(checkpoint: Checkpoint, entry: ModelEntry, model: str) -> Checkpoint:
    """The checkpoint with the owner's word on its noisiest level, which counts for more than the file's mark.

    Raises:
        ModelUnavailable: the entry says what cannot be so of it.
    """
    if not checkpoint.family.whole:
        refuse_words(entry, model)
    if entry.zero_snr is None:
        return checkpoint
    if entry.zero_snr and checkpoint.prediction_type == "epsilon":
        raise ModelUnavailable(
            f"The model {model!r} predicts noise (epsilon) as far as is known, which cannot be with zero_snr = true: "
            'add prediction = "v_prediction" to its entry, or leave zero_snr out.'
        )
    return replace(checkpoint, zero_snr=entry.zero_snr)


def scheduler_of(checkpoint: Checkpoint, entry: ModelEntry, *, shipped: bool) -> str:
    """The class of the scheduler that is used instead of the layout's; empty if that one is.

    Args:
        checkpoint: as the owner told.
        entry: the owner's.
        shipped: the layout is the family's, which knows nothing of this model.
    """
    own, _ = checkpoints.scheduler_of(checkpoint, shipped=shipped) if checkpoint.family.whole else ("", {})
    return entry.scheduler or own


def refuse_words(entry: ModelEntry, model: str) -> None:
    """Refuse words on a training that is no checkpoint's of Stable Diffusion: they would do nothing.

    Raises:
        ModelUnavailable: the entry has some.
    """
    said = {"prediction": bool(entry.prediction), "zero_snr": entry.zero_snr is not None}
    if key := next((name for name, is_said in said.items() if is_said), ""):
        raise ModelUnavailable(
            f"The model {model!r} takes no {key}, which is for Stable Diffusion and SDXL in one file: leave it out. "
            "That of a folder stands in its scheduler/scheduler_config.json."
        )
