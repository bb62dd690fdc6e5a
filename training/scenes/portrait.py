"""Heads and shoulders: people, and cats."""

from dataclasses import dataclass

import numpy as np

from training.scenes.canvas import (
    SIZE,
    Array,
    Canvas,
    Light,
    Paint,
    ellipse,
    hsv,
    polygon,
    random_colour,
    uniform,
)  # fmt: skip


@dataclass(frozen=True)
class Head:
    """Where a head is and what it is made of; `radius` in pixels, `tilt` in radians."""

    x: float
    y: float
    radius: float
    tilt: float
    skin: Array
    hair: Array
    light: Light


def skin(u: np.random.Generator) -> Array:
    pale = u.random() < 0.7
    hue = uniform(u, 0.03, 0.08)
    saturation = uniform(u, 0.2, 0.5) if pale else uniform(u, 0.4, 0.65)
    return hsv(hue, saturation, uniform(u, 0.8, 1.0) if pale else uniform(u, 0.4, 0.8))


def _shoulders(canvas: Canvas, u: np.random.Generator, head: Head, cloth: Array, width: float) -> None:
    cx, cy, r, w = head.x, head.y, head.radius, width
    neck = [
        (cx - r * 0.38, cy + r * 0.7), (cx + r * 0.38, cy + r * 0.7), (cx + r * 0.5, cy + r * 1.7),
        (cx - r * 0.5, cy + r * 1.7),
    ]  # fmt: skip
    polygon(canvas, u, neck, head.skin * 0.75, Paint(distance=0), shade=0.2)
    bottom = float(SIZE + 4)
    coat = [
        (cx - w, bottom), (cx - w * 0.9, cy + r * 1.75), (cx - r * 0.45, cy + r * 1.3), (cx, cy + r * 1.75),
        (cx + r * 0.45, cy + r * 1.3), (cx + w * 0.9, cy + r * 1.75), (cx + w, bottom),
    ]  # fmt: skip
    weave = ("mid", "rough", "grass")[u.integers(3)]
    paint = Paint(grain=weave, grain_amount=uniform(u, 0.03, 0.2), distance=0, light=head.light)
    polygon(canvas, u, coat, cloth, paint, shade=0.35)
    for _ in range(int(u.integers(0, 4))):
        x = cx + uniform(u, -0.8, 0.8) * w
        top = cy + r * 1.9
        strap = [(x, float(SIZE)), (x + 6, float(SIZE)), (x + 5, top), (x + 1, top)]
        polygon(canvas, u, strap, random_colour(u), Paint(distance=0), shade=0.2)


def _eyes(canvas: Canvas, u: np.random.Generator, head: Head, *, animal: bool) -> None:
    r = head.radius
    e = r * (0.19 if animal else 0.15)
    iris = hsv(uniform(u, 0.05, 0.6), uniform(u, 0.3, 0.8), uniform(u, 0.2, 0.85))
    near = Paint(distance=0)
    for side in (-1, 1):
        x = head.x + side * r * 0.38 + head.tilt * r * 0.1
        y = head.y - r * 0.08 + side * head.tilt * r * 0.38
        ellipse(canvas, u, (x, y), (e * 1.5, e * 1.1), head.skin * 0.7, Paint(soft=3, distance=0), shade=None)
        white = iris if animal else [0.93, 0.92, 0.9]
        ellipse(canvas, u, (x, y), (e * 1.3, e * (0.95 if animal else 0.65)), white, near, shade="grad")
        inner = [0.04, 0.04, 0.05] if animal else iris
        ellipse(canvas, u, (x, y), (e * 0.62, e * 0.66), inner, near, shade=None)
        pupil = (e * 0.35, e * (0.8 if animal else 0.38))
        ellipse(canvas, u, (x, y), pupil, [0.03, 0.03, 0.04], near, shade=None)
        ellipse(canvas, u, (x - e * 0.2, y - e * 0.25), (e * 0.16, e * 0.16), [1, 1, 1], near, shade=None)
        if not animal:
            brow = [
                (x - e * 1.5, y - e * 1.4), (x + e * 1.5, y - e * 1.5), (x + e * 1.4, y - e * 1.9),
                (x - e * 1.2, y - e * 1.8),
            ]  # fmt: skip
            polygon(canvas, u, brow, head.hair * 0.7, Paint(distance=0, alpha=0.8))


def _muzzle(canvas: Canvas, u: np.random.Generator, head: Head) -> None:
    cx, cy, r = head.x, head.y, head.radius
    fur = Paint(grain="fur", light=head.light, distance=0)
    ellipse(canvas, u, (cx, cy + r * 0.42), (r * 0.42, r * 0.3), np.clip(head.skin * 1.25, 0, 1), fur)
    nose = [(cx - r * 0.13, cy + r * 0.28), (cx + r * 0.13, cy + r * 0.28), (cx, cy + r * 0.42)]
    polygon(canvas, u, nose, [0.55, 0.3, 0.3], Paint(distance=0))
    for side in (-1, 1):
        for index in range(3):
            y = cy + r * (0.4 + 0.08 * index)
            root = cx + side * r * 0.25
            whisker = [(root, y), (cx + side * r * 1.2, y + (index - 1) * r * 0.2), (root, y + 1.3)]
            polygon(canvas, u, whisker, [0.95, 0.95, 0.93], Paint(distance=0, alpha=0.8))


def _nose_and_mouth(canvas: Canvas, u: np.random.Generator, head: Head) -> None:
    cx, cy, r, tone = head.x, head.y, head.radius, head.skin
    ridge = Paint(light=head.light, distance=0, soft=4)
    ellipse(
        canvas,
        u,
        (cx + r * 0.05, cy + r * 0.22),
        (r * 0.1, r * 0.25),
        np.clip(tone * 1.1, 0, 1),
        ridge,
        shade="grad",
    )
    ellipse(
        canvas,
        u,
        (cx, cy + r * 0.4),
        (r * 0.15, r * 0.06),
        tone * 0.65,
        Paint(distance=0, soft=4),
        shade=None,
    )
    width, height = r * uniform(u, 0.24, 0.36), r * uniform(u, 0.1, 0.2)
    lips = [0.62 * tone[0] + 0.15, 0.3 * tone[1] + 0.08, 0.3 * tone[2] + 0.1]
    soft = Paint(distance=0, soft=2)
    ellipse(canvas, u, (cx, cy + r * 0.62), (width, height), lips, soft, shade="grad")
    # Skin laid over the upper part leaves the crescent of a smile.
    raised = cy + r * 0.62 - height * uniform(u, 0.5, 0.9)
    ellipse(canvas, u, (cx, raised), (width * 1.15, height), np.clip(tone * 0.97, 0, 1), soft, shade=None)
    if u.random() < 0.3:
        high, low = cy + r * 0.66, cy + r * 0.71
        teeth = [(cx - r * 0.18, high), (cx + r * 0.18, high), (cx + r * 0.1, low), (cx - r * 0.1, low)]
        polygon(canvas, u, teeth, [0.95, 0.94, 0.9], Paint(distance=0))
    if u.random() < 0.6:
        fringe = Paint(grain="fur", grain_amount=0.25, light=head.light, distance=0)
        ellipse(canvas, u, (cx, cy - r * 0.95), (r * 0.82, r * 0.42), head.hair, fringe, angle=head.tilt)


def _ears(canvas: Canvas, u: np.random.Generator, head: Head) -> None:
    r = head.radius
    for side in (-1, 1):
        x, y = head.x + side * r * 0.62, head.y - r * 0.6
        outer = [(x - r * 0.35, y + r * 0.25), (x + r * 0.35, y + r * 0.25)]
        outer.append((x + side * r * 0.25, y - r * uniform(u, 0.5, 0.8)))
        fur = Paint(grain="fur", grain_amount=0.2, distance=0)
        polygon(canvas, u, outer, head.skin * 0.8, fur, shade=0.2)
        inner = [(x - r * 0.2, y + r * 0.2), (x + r * 0.2, y + r * 0.2), (x + side * r * 0.18, y - r * 0.4)]
        polygon(canvas, u, inner, [0.75, 0.5, 0.5], Paint(distance=0), shade=0.2)


def _long_hair(canvas: Canvas, u: np.random.Generator, head: Head) -> None:
    cx, cy, r = head.x, head.y, head.radius
    hair = [
        (cx - r * 1.1, cy), (cx + r * 1.1, cy), (cx + r * 1.2, cy + r * 1.7), (cx - r * 1.2, cy + r * 1.7),
    ]  # fmt: skip
    paint = Paint(grain="fur", grain_amount=0.25, distance=0)
    polygon(canvas, u, hair, head.hair * 0.6, paint, shade=0.2)


def paint_head(canvas: Canvas, u: np.random.Generator) -> bool:
    """Put a head on the canvas; true if it is an animal's."""
    x, y = uniform(u, 90, 166), uniform(u, 85, 140)
    r = uniform(u, 32, 72)
    light = (uniform(u, -0.7, 0.7), uniform(u, -0.7, -0.1))
    animal = u.random() < 0.4
    if not animal:
        tone = skin(u)
    elif u.random() < 0.8:
        tone = hsv(uniform(u, 0.04, 0.11), uniform(u, 0.1, 0.7), uniform(u, 0.15, 0.95))
    else:
        tone = hsv(0, 0, uniform(u, 0.15, 0.95))
    hair = hsv(uniform(u, 0.02, 0.12), uniform(u, 0.1, 0.8), uniform(u, 0.05, 0.8))
    head = Head(x, y, r, uniform(u, -0.25, 0.25), tone, hair, light)
    cloth = random_colour(u)
    width = r * uniform(u, 1.5, 2.4)
    long = u.random() < 0.5
    strands = Paint(grain="fur", grain_amount=0.25, light=light, distance=0)
    if not animal and u.random() < 0.92:
        radii = (r * uniform(u, 0.98, 1.25), r * (1.5 if long else 1.35))
        ellipse(canvas, u, (x, y - r * 0.15), radii, hair, strands, angle=head.tilt)
        if long:
            _long_hair(canvas, u, head)
    fur = Paint(grain="fur", grain_amount=0.2, light=light, distance=0)
    if animal:
        middle = (x + uniform(u, -0.4, 0.4) * r, y + r * 2.0)
        ellipse(canvas, u, middle, (r * 1.5, r * 1.9), tone * 0.9, fur)
        _ears(canvas, u, head)
    else:
        _shoulders(canvas, u, head, cloth, width)
    grain, amount = ("fur", 0.2) if animal else ("mid", 0.04)
    flesh = Paint(grain=grain, grain_amount=amount, light=light, distance=0, ambient=0.5)
    radii = (r * (1.05 if animal else 0.85), r * (0.95 if animal else 1.15))
    ellipse(canvas, u, (x, y), radii, tone, flesh, angle=head.tilt)
    if animal and u.random() < 0.5:
        for _ in range(7):
            left, top = x + uniform(u, -0.7, 0.7) * r, y - uniform(u, 0.3, 0.9) * r
            stripe = [(left, top), (left + 4, top), (left + uniform(u, -8, 8), top + r * 0.5)]
            polygon(canvas, u, stripe, tone * 0.5, Paint(distance=0, alpha=0.7))
    _eyes(canvas, u, head, animal=animal)
    if animal:
        _muzzle(canvas, u, head)
    else:
        _nose_and_mouth(canvas, u, head)
    return animal
