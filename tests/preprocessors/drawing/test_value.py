"""Sketches as the editor keeps them, read as JavaScript reads them: tests/web/sketch.test.js has the same data."""

import json
import re

import numpy as np
import pytest

from armature.errors import InvalidValue
from armature.preprocessors.drawing.value import read

from ...conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "web" / "sketch"
VALUES = json.loads((FOLDER / "values.json").read_text())
MALFORMED = json.loads((FOLDER / "malformed.json").read_text())
EMPTY = {"v": 1, "size": [512, 512], "mode": "scribble", "bg": "#000000", "s": []}


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case["name"])
def test_a_sketch_is_read_as_in_javascript(case):
    sketch = read(case["value"])
    assert [sketch.width, sketch.height] == case["value"]["size"] and sketch.mode == case["value"]["mode"]
    assert sketch.ground == tuple(bytes.fromhex(case["value"]["bg"][1:]))
    assert len(sketch.strokes) == len(case["strokes"])
    for stroke, expected in zip(sketch.strokes, case["strokes"]):
        assert stroke.tool == expected["tool"] and stroke.points.tolist() == expected["points"]
        assert stroke.colour == tuple(bytes.fromhex(expected["colour"][1:]))
        np.testing.assert_allclose(stroke.radii, expected["radii"], rtol=1e-12)


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: json.dumps(case["change"]))
def test_what_is_malformed_is_refused_as_in_javascript(case):
    with pytest.raises(InvalidValue, match=re.escape(case["words"])):
        read(EMPTY | case["change"])


@pytest.mark.parametrize("value", [None, 7, [], "[]", "{}"])
def test_what_is_no_sketch_is_refused(value):
    with pytest.raises(InvalidValue, match="no version"):
        read(value)


def test_a_sketch_can_be_given_as_text():
    value = VALUES[0]["value"]
    assert len(read(json.dumps(value)).strokes) == len(value["s"])
    with pytest.raises(InvalidValue, match="no JSON"):
        read("{'v': 1}")


def test_what_a_newer_editor_adds_to_this_version_is_left_alone():
    assert read(EMPTY | {"ref": "armature/ab.png [input]", "unknown": 1}) == read(EMPTY)
