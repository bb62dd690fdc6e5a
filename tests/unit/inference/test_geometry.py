"""How any picture meets any working area, as invariants."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference import geometry

MAX_ASPECT = 4
AREAS = st.integers(64 * 64, 2048 * 2048)
MULTIPLES = st.sampled_from([8, 16, 32, 64])


@st.composite
def sizes(draw: st.DrawFn, longest: int = 12_000) -> geometry.Size:
    short = draw(st.integers(16, longest // MAX_ASPECT))
    long = draw(st.integers(short, short * MAX_ASPECT))
    return (long, short) if draw(st.booleans()) else (short, long)


@given(sizes(), AREAS)
def test_a_result_fits_and_keeps_its_size_when_it_comes_back(size: geometry.Size, area: int) -> None:
    fitted = geometry.working_size(size, area)
    assert fitted[0] * fitted[1] <= area
    assert geometry.working_size(fitted, area) == fitted


@given(sizes(), AREAS)
def test_nothing_grows_and_what_fits_stays(size: geometry.Size, area: int) -> None:
    fitted = geometry.working_size(size, area)
    assert fitted[0] <= size[0]
    assert fitted[1] <= size[1]
    if size[0] * size[1] <= area:
        assert fitted == size


@given(sizes(), AREAS)
def test_the_aspect_ratio_stays_within_a_pixel(size: geometry.Size, area: int) -> None:
    width, height = geometry.working_size(size, area)
    scale = max(width / size[0], height / size[1])
    assert abs(size[0] * scale - width) <= 1.01 + 1 * scale
    assert abs(size[1] * scale - height) <= size[1] / size[0] * 1.01 + 1


@given(sizes(), AREAS)
def test_the_working_area_is_used(size: geometry.Size, area: int) -> None:
    """Scaled down no further than rounding asks for."""
    width, height = geometry.working_size(size, area)
    if (width, height) != size:
        assert (width + 1) * (height + 1) > area


@given(sizes(), MULTIPLES)
def test_padding_gives_the_least_size_that_a_model_takes(size: geometry.Size, multiple: int) -> None:
    for side, padded in zip(size, geometry.padded_size(size, multiple), strict=True):
        assert padded % multiple == 0
        assert padded >= max(side, geometry.MIN_SIDE)
        assert padded - max(side, geometry.MIN_SIDE) < multiple


@given(st.integers(1, 90), st.integers(1, 90), MULTIPLES)
def test_crop_undoes_pad(width: int, height: int, multiple: int) -> None:
    picture = Image.effect_noise((width, height), 80).convert("RGB")
    padded = geometry.pad(picture, multiple)
    assert padded.size == geometry.padded_size(picture.size, multiple)
    assert geometry.crop(padded, picture.size).tobytes() == picture.tobytes()


def test_padding_mirrors_the_edge() -> None:
    picture = Image.new("RGB", (70, 64))
    picture.paste((255, 0, 0), (69, 0, 70, 64))
    padded = geometry.pad(picture, 8)
    assert padded.getpixel((70, 5)) == (255, 0, 0)
    assert padded.getpixel((71, 5)) == (0, 0, 0)
