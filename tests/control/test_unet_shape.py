import pytest

from armature.control.unet_shape import UNKNOWN, UNetShape, encoder_widths

SD15 = UNetShape(encoder_widths(320, (1, 2, 4, 4), (2, 2, 2, 2)), 768)


def test_widths_are_those_of_the_encoder():
    assert SD15.widths == (320, 320, 320, 320, 640, 640, 640, 1280, 1280, 1280, 1280, 1280)
    assert encoder_widths(320, (1, 2, 4), (2, 2, 2)) == (320, 320, 320, 320, 640, 640, 640, 1280, 1280)


@pytest.mark.parametrize(
    "context, name",
    [
        (768, "Stable Diffusion 1.x"),
        (1024, "Stable Diffusion 2.x"),
        (UNKNOWN, "Stable Diffusion 1.x or Stable Diffusion 2.x"),
    ],
)
def test_known_sizes_have_names(context, name):
    assert UNetShape(SD15.widths, context).name == name


@pytest.mark.parametrize("context, y", [(2048, 2816), (UNKNOWN, 2816), (UNKNOWN, UNKNOWN)])
def test_sdxl_is_told_by_its_widths(context, y):
    assert UNetShape(encoder_widths(320, (1, 2, 4), (2, 2, 2)), context, y).name == "SDXL"


def test_unknown_sizes_are_told_as_they_are():
    assert "width 32 with 1 input blocks (text 64" in UNetShape((32,), 64).name


def test_fit_needs_widths_text_and_vector():
    assert SD15.fits(SD15)
    assert not SD15.fits(UNetShape(SD15.widths, 1024))
    assert not SD15.fits(UNetShape(SD15.widths[:9], 768))
    assert not SD15.fits(UNetShape(SD15.widths, 768, 2816))
    assert UNetShape(SD15.widths, UNKNOWN).fits(SD15)
