"""The classes and colours that the sketch editor offers are those of the segment maps."""

import json

from armature.preprocessors.segments.classes import PALETTES

from ..conftest import ROOT

PATH = ROOT / "web" / "js" / "sketch" / "palettes.js"
HEADER = """// @ts-check
/** Names and colours of the classes in preprocessors/segments/: python3 quickstart.py test --write-docs writes it. */

/** @type {Record<"ADE20K" | "COCO", [string, string][]>} */
export const PALETTES = {
"""


def test_the_editor_offers_the_classes_of_the_segment_maps(request):
    lines = [HEADER]
    for name, classes in PALETTES.items():
        rows = (f"    {json.dumps([names, '#' + bytes(colour).hex()])},\n" for names, colour in classes)
        lines += [f"  {name}: [\n", *rows, "  ],\n"]
    text = "".join([*lines, "};\n"])
    if request.config.getoption("--write-docs"):
        PATH.write_text(text, encoding="utf-8")
    assert PATH.read_text(encoding="utf-8") == text, "run: python3 quickstart.py test --write-docs"
