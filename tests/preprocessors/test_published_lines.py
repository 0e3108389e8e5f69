"""The maps of learned lines, against those of comfyui_controlnet_aux with the same weights."""

from functools import cache

import numpy as np
import pytest
import torch

from armature import discovery, preprocessors
from armature.preprocessors.declare import Network, Preprocessor
from armature.preprocessors.running import Working, run

from . import published_lines
from .published_lines import IMAGE, PUBLISHED, RESOLUTION

DECLARED = discovery.declared(preprocessors, Preprocessor)
OPTIONS = {
    "PiDiNet soft": {"safe": "disable"},
    "PiDiNet safe": {},
    "PiDiNet scribble": {"output": "scribble"},
    "PiDiNet sketch": {"output": "sketch"},
    "TEED soft": {"safe_steps": 0},
    "TEED safe": {},
    "TEED five": {"safe_steps": 5},
    "LineArtRealistic fine": {},
    "LineArtRealistic coarse": {"coarse": "enable"},
    "LineArtAnime": {},
    "LineArtManga": {},
    "StraightLinesMLSD all": {},
    "StraightLinesMLSD sure": {"score": 0.97, "distance": 5.0},
    "AnyLine standard": {},
    "AnyLine realistic": {"lines": "lineart_realisitic"},
    "AnyLine anime": {"lines": "lineart_anime"},
    "AnyLine manga": {"lines": "manga_line"},
    "AnyLine bounds": {"lower": 0.1, "upper": 0.6, "smallest": 60, "connectivity": 2},
}
CUT_BEFORE = ("LineArtAnime", "AnyLine anime")  # it was resized
network = cache(published_lines.network)


def networks(preprocessor, options):
    """Those that the options ask."""
    known = {option.name: option.default for option in preprocessor.options} | options
    asked = [option for option in preprocessor.options if option.type is Network]
    needed = {o.name: o.when is None or known[o.when.option] == o.when.value for o in asked}
    return {option.name: network(option.pretrained.id) if needed[option.name] else None for option in asked}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_map_is_the_published_one_within_a_level(name):
    preprocessor, options = DECLARED[name.split()[0]], OPTIONS[name]
    working = Working(RESOLUTION, keep=True)
    drawn = next(run(preprocessor, IMAGE, options | networks(preprocessor, options), working))[0]
    published = PUBLISHED[f"map {name}"].astype(np.float32)
    assert np.abs(drawn[0].numpy() * 255 - published).max() <= (2 if name in CUT_BEFORE else 1.01)
    assert published.std() > 10


@pytest.mark.parametrize("name", ["PiDiNet safe", "LineArtAnime", "StraightLinesMLSD all", "TEED five"])
def test_an_odd_image_is_extended_and_cut_back(name):
    preprocessor, options = DECLARED[name.split()[0]], OPTIONS[name]
    given = options | networks(preprocessor, options)
    whole = torch.nn.functional.pad(IMAGE, (0, 128 - 113, 0, 128 - 75), mode="replicate")
    drawn, larger = preprocessor.run(IMAGE, **given), preprocessor.run(whole, **given)[..., :75, :113]
    assert torch.equal(drawn, larger)
