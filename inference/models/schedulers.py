"""Which schedulers can begin a run between two of their steps, by name: known before anything is loaded."""

from collections.abc import Mapping
from typing import Any

LINEAR = frozenset(
    {
        "DDIMScheduler",
        "DDPMScheduler",
        "DEISMultistepScheduler",
        "DPMSolverMultistepScheduler",
        "EulerAncestralDiscreteScheduler",
        "EulerDiscreteScheduler",
        "HeunDiscreteScheduler",
        "LCMScheduler",
        "PNDMScheduler",
        "TCDScheduler",
        "UniPCMultistepScheduler",
    }
)
"""Those that the step loop probes. With options that clip or threshold they are not linear; that is found out."""

TABLES = frozenset(
    {
        "DEISMultistepScheduler",
        "DPMSolverMultistepScheduler",
        "DPMSolverSinglestepScheduler",
        "EDMDPMSolverMultistepScheduler",
        "EDMEulerScheduler",
        "EulerAncestralDiscreteScheduler",
        "EulerDiscreteScheduler",
        "FlowMatchEulerDiscreteScheduler",
        "FlowMatchHeunDiscreteScheduler",
        "HeunDiscreteScheduler",
        "LMSDiscreteScheduler",
        "UniPCMultistepScheduler",
    }
)
"""Those that read nothing but their table `sigmas`, from where they are told to begin."""

OWN_SCHEDULES = ("LatentConsistency", "Kandinsky", "IF")
"""Beginnings of the names of pipelines that do not say where they begin, or cut another grid than the steps' own."""

_LATENT_CONSISTENCY_STEPS = 50
"""Of the grid that latent consistency pipelines choose their steps from, if their scheduler says nothing else."""

_IN_THE_LOOP = frozenset({"StableDiffusion", "StableDiffusionXL"})


def of_index(index: Mapping[str, Any]) -> str:
    """The class of a model's scheduler: diffusers goes by the index, whatever the scheduler's own file says.

    Empty if it names none.
    """
    named = index.get("scheduler")
    return str(named[1] or "") if isinstance(named, list) and len(named) == 2 else ""


def is_plannable(scheduler: str, config: Mapping[str, Any]) -> bool:
    """Whether the step loop plans with a scheduler of this class, for models with a UNet.

    Args:
        scheduler: its name.
        config: its configuration, or what its file says of it.
    """
    return (
        scheduler in LINEAR
        and not config.get("use_flow_sigmas")
        # the Runge-Kutta start of PNDM is not an image-to-image one
        and config.get("skip_prk_steps", scheduler != "PNDMScheduler")
    )


def levels(pipeline: str, scheduler: str, config: Mapping[str, Any]) -> int | None:
    """`ModelDefaults.levels` of a pipeline and a scheduler of these classes; None also if nothing is known of them.

    Args:
        pipeline: name of its class.
        scheduler: likewise; empty if nothing says it.
        config: the scheduler's.
    """
    if pipeline.startswith("LatentConsistency"):
        fine = config.get("original_inference_steps")
        return fine if isinstance(fine, int) and fine > 0 else _LATENT_CONSISTENCY_STEPS
    if pipeline.startswith(OWN_SCHEDULES):
        return 0
    if not scheduler or (scheduler in TABLES and not config.get("invert_sigmas")):
        return None
    family = pipeline.removesuffix("Pipeline").removesuffix("Img2Img")
    return None if family in _IN_THE_LOOP and is_plannable(scheduler, config) else 0
