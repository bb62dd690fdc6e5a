"""Maps of depth and poses, by real models of transformers with random weights; what lines are is `test_maps.py`'s."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from inference.api import ControlKind
from inference.control_maps.annotators import Annotator
from inference.control_maps.openpose import Joint, draw_people
from inference.errors import Unsuited
from inference.models.entry import MapModels
from inference.models.loading import quiet
from tests.harness.step_loop import picture
from tests.tiny_models import map_models as tiny

DEPTH, POSE = ControlKind.DEPTH, ControlKind.POSE
ROOT = Path(__file__).parents[4]
GOLDEN = ROOT / "tests/golden/maps"
SIZE = (90, 60)

quiet()


def photo() -> Image.Image:
    with Image.open(ROOT / "docs/demo/photo.jpg") as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((256, 256))
    return picture


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> MapModels:
    root = tmp_path_factory.mktemp("map models")
    return MapModels(
        depth=str(tiny.save_depth(root / "depth")),
        pose=str(tiny.save_pose(root / "pose")),
        person=str(tiny.save_person(root / "person")),
    )


def test_models_are_loaded_when_their_kind_is_first_asked_for(models: MapModels) -> None:
    annotator = Annotator(models)
    assert annotator.is_ready(ControlKind.CANNY)
    assert not annotator.is_ready(DEPTH)
    annotator.draw(DEPTH, picture(1, SIZE))
    assert annotator.is_ready(DEPTH)
    assert not annotator.is_ready(POSE)


def test_depth_is_what_transformers_own_pipeline_draws(models: MapModels) -> None:
    drawn = Annotator(models).draw(DEPTH, picture(1, SIZE))
    own = transformers.pipeline("depth-estimation", model=models.depth, device="cpu")(picture(1, SIZE))["depth"]
    assert drawn.size == SIZE
    assert drawn.mode == "RGB"
    assert drawn.convert("L").getextrema() == (0, 255), "near is white, far is black"
    assert np.abs(np.asarray(drawn.convert("L"), dtype=int) - np.asarray(own, dtype=int)).max() <= 1


def test_the_depth_of_a_photograph_is_the_one_that_was_looked_at(models: MapModels) -> None:
    drawn = Annotator(models).draw(DEPTH, photo())
    with Image.open(GOLDEN / "photo-depth.png") as golden:
        assert drawn.size == golden.size
        levels, looked_at = (np.asarray(each.convert("L"), dtype=float) for each in (drawn, golden))
        assert np.abs(levels - looked_at).mean() < 2


def test_everybody_who_is_found_is_drawn(models: MapModels) -> None:
    source = picture(1, SIZE)
    alone = Annotator(MapModels(pose=models.pose)).draw(POSE, source)
    found = Annotator(models).draw(POSE, source)
    for drawn in (alone, found):
        assert drawn.size == SIZE
        assert len(drawn.getcolors(1 << 16) or ()) > 5, "limbs of several colours"
    assert found.tobytes() != alone.tobytes()


def test_a_picture_without_people_is_refused(models: MapModels, tmp_path: Path) -> None:
    nobody = MapModels(pose=models.pose, person=str(tiny.save_person(tmp_path / "cats", label="cat")))
    unseen = MapModels(pose=str(tiny.save_pose(tmp_path / "blind", sees=False)))
    for wanted in (nobody, unseen):
        with pytest.raises(Unsuited, match="shows no person"):
            Annotator(wanted).draw(POSE, picture(1, SIZE))


def test_models_that_were_saved_in_half_precision_draw_too(models: MapModels, tmp_path: Path) -> None:
    kinds = {
        "depth": transformers.AutoModelForDepthEstimation,
        "pose": transformers.VitPoseForPoseEstimation,
        "person": transformers.AutoModelForObjectDetection,
    }
    for name, kind in kinds.items():
        shutil.copytree(getattr(models, name), tmp_path / name)
        kind.from_pretrained(tmp_path / name).to(torch.bfloat16).save_pretrained(tmp_path / name)
    halved = Annotator(MapModels(**{name: str(tmp_path / name) for name in kinds}))
    assert {halved.draw(kind, picture(1, SIZE)).size for kind in (DEPTH, POSE)} == {SIZE}


def test_models_that_cannot_be_used_are_refused_with_the_setting_to_mend(models: MapModels, tmp_path: Path) -> None:
    pickled = tiny.save_depth(tmp_path / "pickled")
    weights = transformers.AutoModelForDepthEstimation.from_pretrained(pickled).state_dict()
    torch.save(weights, pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    hands = tiny.save_pose(tmp_path / "hands", joints=21)
    for wanted, kind, setting in (
        (MapModels(depth=str(pickled)), DEPTH, "control.depth_model"),
        (MapModels(depth=models.pose), DEPTH, "control.depth_model"),
        (MapModels(pose=str(hands)), POSE, "control.pose_model"),
        (MapModels(pose=str(tmp_path / "lost")), POSE, "control.pose_model"),
    ):
        with pytest.raises(Unsuited, match=rf"cannot be loaded .*: the bot's owner has to mend {setting}\.$"):
            Annotator(wanted).draw(kind, picture(1, SIZE))
    with pytest.raises(Unsuited, match="No depth model is set up here"):
        Annotator(MapModels()).draw(DEPTH, picture(1, SIZE))


def waving() -> list[Joint]:
    """Somebody whose right hand is up and whose left foot is out of the picture, in COCO's order."""
    return [
        *((100, 40), (106, 34), (94, 34), (112, 38), (88, 38)),
        *((124, 70), (76, 70), (136, 105), (58, 46), (132, 138), (62, 16)),
        *((114, 140), (86, 140), (116, 180), (84, 182), None, (82, 222)),
    ]


def test_people_are_drawn_as_those_that_were_looked_at() -> None:
    drawn = draw_people([waving()], (200, 240))
    with Image.open(GOLDEN / "pose.png") as golden:
        assert drawn.tobytes() == golden.convert("RGB").tobytes()


if __name__ == "__main__":
    draw_people([waving()], (200, 240)).save(GOLDEN / "pose.png")
    with tempfile.TemporaryDirectory() as folder:
        depth = MapModels(depth=str(tiny.save_depth(Path(folder))))
        Annotator(depth).draw(DEPTH, photo()).convert("L").save(GOLDEN / "photo-depth.png")
