"""The kinds of control models that an editor can offer: those that are published, each with every preset."""

import json
from pathlib import Path

import pytest

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.backend import Backend
from armature.control.known_places import KNOWN_PLACES, layouts
from armature.control.weights import PRESETS, LayerWeights, Places

from .manifests import checkpoint

SHARED = Path(__file__).resolve().parent.parent / "data" / "web" / "blocks" / "layouts.json"
ALL = discovery.declared(architectures, Architecture).values()
ONE_OF_EACH = (
    *("controlnet_sd15_ldm", "controlnet_sdxl_small_diffusers", "controlnet_union_promax", "controlnet_lllite_sdxl"),
    *("t2i_sd15_light", "t2i_sdxl_orig", "controlnetxs_diffusers_sd15_53m", "controlnetxs_official_sdxl_typeC_r0.1"),
    *("controlnetxs_official_sd21_typeA_r0.2", "controlnetxs_official_sdxl_typeA_r0.05"),
)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_published_controls_act_in_places_that_are_known(name):
    file = checkpoint(name)
    architecture, layout = detect(file, ALL)
    places = architecture.load(file, layout, Backend()).places
    assert places in KNOWN_PLACES.values()


def test_no_two_kinds_have_one_arrangement():
    assert len({places.arrangement for places in KNOWN_PLACES.values()}) == len(KNOWN_PLACES)


def test_an_arrangement_names_every_place_in_its_order():
    blocks = (("input", 2), ("input", 3), ("input", 7), ("middle", 0), ("skip", 2), ("skip", 1), ("output", 0))
    assert Places(blocks, 9).arrangement == "input 2..3 7, middle, skip 2..1, output 0"


def test_a_layout_has_the_weights_of_every_preset():
    for layout, places in zip(layouts(), KNOWN_PLACES.values(), strict=True):
        assert layout["presets"].keys() == PRESETS.keys()
        for name, weights in layout["presets"].items():
            assert weights == pytest.approx(list(LayerWeights(name).of(places).values()), abs=5e-5)


def test_the_browsers_tests_know_the_same_layouts(request):
    text = "[\n" + ",\n".join(json.dumps(layout) for layout in layouts()) + "\n]\n"
    if request.config.getoption("--write-docs"):
        SHARED.write_text(text, encoding="utf-8")
    assert SHARED.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"
