"""Draws a picture's control map: lines by itself, depth and poses with models that are loaded on first use.

Those models run on the processor: a map costs no time of the device that makes pictures, and none of its memory.
"""

import threading
from typing import Any

import numpy as np
from PIL import Image

from inference.api import ControlKind
from inference.control_maps.maps import draw_lines, is_blank
from inference.control_maps.openpose import COCO_JOINTS, Joint, draw_people
from inference.errors import Unsuited
from inference.models import hub
from inference.models.entry import LINES, MapModels

SEEN = 0.3
"""Confidence from which a joint counts as seen: what ViTPose's own examples use."""

PERSON = 0.3
"""The same for a person."""

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""


class Annotator:
    """Draws control maps; its models are loaded when the first map of their kind is asked for.

    Safe to use from many threads.
    """

    def __init__(self, models: MapModels) -> None:
        self._models = models
        self._loaded: dict[ControlKind, Any] = {}
        self._at_work = threading.Lock()

    def is_ready(self, kind: ControlKind) -> bool:
        """Whether nothing has to be loaded for this kind."""
        return kind in LINES or kind in self._loaded

    def draw(self, kind: ControlKind, picture: Image.Image) -> Image.Image:
        """The map of an RGB picture, of its size.

        Raises:
            Unsuited: if the picture shows nothing of the kind, or no model for it can be had.
        """
        if kind in LINES:
            return draw_lines(kind, picture)
        with self._at_work:
            if kind not in self._loaded:
                self._loaded[kind] = self._load(kind)
            return self._loaded[kind](picture)  # type: ignore[no-any-return]

    def _load(self, kind: ControlKind) -> Any:
        depth = kind is ControlKind.DEPTH
        model = self._models.depth if depth else self._models.pose
        if not model:
            raise Unsuited(
                f"No {kind.value} model is set up here: send a map of your own, or choose another kind.",
                cause="no-map-model",
                values={"kind": kind.value},
            )
        try:
            return Depth(model) if depth else Poses(model, self._models.person)
        except Exception as error:
            reason = str(error).strip().split("\n", 1)[0].rstrip(".")[:160]
            raise Unsuited(
                f"The {kind.value} model {model!r} cannot be loaded ({reason}): "
                f"the bot's owner has to mend control.{kind.value}_model.",
                cause="map-model-broken",
                values={"kind": kind.value, "model": model, "reason": reason},
            ) from error


class Depth:
    """How near things are, by a model of transformers' task "depth-estimation", Depth Anything V2 among them.

    Args:
        model: a hub id or folder with safetensors.
    """

    def __init__(self, model: str) -> None:
        self._estimate = _pipeline("depth-estimation", "AutoModelForDepthEstimation", model)

    def __call__(self, picture: Image.Image) -> Image.Image:
        """Near is bright: such models give inverse depth, up to a scale and a shift."""
        depth = self._estimate(picture)["predicted_depth"].float().numpy()
        least, most = float(depth.min()), float(depth.max())
        levels = (depth - least) / max(most - least, 1e-6) * 255
        drawn = Image.fromarray(levels.round().astype(np.uint8)).convert("RGB")
        if is_blank(drawn):
            raise Unsuited("The picture shows no depth: send another, or a map of your own.", cause="no-depth")
        return drawn


class Poses:
    """Where people's joints are, by ViTPose (Xu et al. 2022, arXiv:2204.12484).

    Args:
        model: a hub id or folder with safetensors.
        person: the same for a model of the task "object-detection" that knows persons; empty takes the whole picture
            for one.
    """

    def __init__(self, model: str, person: str) -> None:
        import torch
        import transformers

        self._find = _pipeline("object-detection", "AutoModelForObjectDetection", person) if person else None
        folder = hub.network(model)
        self._prepare = transformers.AutoImageProcessor.from_pretrained(
            folder, backend="pil", trust_remote_code=False
        )
        self._model = transformers.VitPoseForPoseEstimation.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, variant=hub.variant_of_network(folder)
        ).eval()
        joints = self._model.config.num_labels
        if joints != COCO_JOINTS:
            raise ValueError(f"it finds {joints} joints instead of COCO's {COCO_JOINTS}")

    def __call__(self, picture: Image.Image) -> Image.Image:
        people = [self._joints(picture, box) for box in self._boxes(picture)]
        if not any(joint for joints in people for joint in joints):
            raise Unsuited(
                "The picture shows no person: choose another kind of control, or send a pose map.", cause="no-person"
            )
        return draw_people(people, picture.size)

    def _boxes(self, picture: Image.Image) -> list[Box]:
        if self._find is None:
            return [(0.0, 0.0, float(picture.width), float(picture.height))]
        found = [each["box"] for each in self._find(picture, threshold=PERSON) if each["label"] == "person"]
        return [
            (box["xmin"], box["ymin"], box["xmax"] - box["xmin"], box["ymax"] - box["ymin"])
            for box in found
            if box["xmax"] > box["xmin"] and box["ymax"] > box["ymin"]
        ]

    def _joints(self, picture: Image.Image, box: Box) -> list[Joint]:
        import torch

        boxes = [[list(box)]]
        inputs = self._prepare(picture, boxes=boxes, return_tensors="pt")
        if self._model.config.backbone_config.num_experts > 1:
            inputs["dataset_index"] = torch.zeros(1, dtype=torch.long)  # ViTPose+: the expert for COCO is the first
        with torch.inference_mode():
            outputs = self._model(**inputs)
        pose = self._prepare.post_process_pose_estimation(outputs, boxes=boxes)[0][0]
        return [
            (float(x), float(y)) if score >= SEEN else None
            for (x, y), score in zip(pose["keypoints"].tolist(), pose["scores"].tolist(), strict=True)
        ]


def _pipeline(task: str, kind: str, model: str) -> Any:
    """A pipeline of transformers on the processor; never runs a model's own code, nor unpickles.

    Args:
        task: what the pipeline does.
        kind: the class that loads models which can do that, and no others.
        model: a hub id or folder.
    """
    import torch
    import transformers

    folder = hub.network(model)
    loaded = getattr(transformers, kind).from_pretrained(
        folder,
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        variant=hub.variant_of_network(folder),
    )
    processor = transformers.AutoImageProcessor.from_pretrained(folder, trust_remote_code=False)
    return transformers.pipeline(task, model=loaded, image_processor=processor, device="cpu")
