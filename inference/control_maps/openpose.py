"""People as coloured joints and limbs, drawn as OpenPose draws them, which networks for poses were trained on."""

from collections.abc import Iterable

from PIL import Image, ImageDraw

from inference.geometry import Size

Joint = tuple[float, float] | None
"""Place in pixels; None if it is not seen."""

COCO_JOINTS = 17
"""Nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; of each pair the person's left one first."""

_FROM_COCO = (0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
"""COCO's joint for each of OpenPose's; its second one, the neck, lies between the shoulders."""

_LIMBS = (
    *((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10)),
    *((1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
)

_COLOURS = (
    *((255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0)),
    *((0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255)),
    *((0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)),
)

_DIMMED = 0.6
"""Brightness of limbs; joints lie on them at full brightness."""


def draw_people(people: Iterable[list[Joint]], size: Size) -> Image.Image:
    """A pose map of that size.

    Args:
        people: `COCO_JOINTS` joints each.
        size: of the picture that the joints' places are in.
    """
    drawn = Image.new("RGB", size)
    pen = ImageDraw.Draw(drawn)
    thick = max(2, round(max(size) / 128))
    everybody = [_openpose(joints) for joints in people]
    for joints in everybody:
        for (one, other), colour in zip(_LIMBS, _COLOURS, strict=False):
            if (begin := joints[one]) and (end := joints[other]):
                dimmed = tuple(round(_DIMMED * level) for level in colour)
                pen.line((*begin, *end), fill=dimmed, width=2 * thick)
    for joints in everybody:
        for joint, colour in zip(joints, _COLOURS, strict=True):
            if joint:
                pen.circle(joint, thick, fill=colour)
    return drawn


def _openpose(joints: list[Joint]) -> list[Joint]:
    left, right = joints[5], joints[6]
    neck = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2) if left and right else None
    return [neck if place is None else joints[place] for place in _FROM_COCO]
