"""The pose editor in its node: drawn in with mouse and pen, run, saved, undone, copied, put into a subgraph."""

import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from armature.preprocessors.pose.controlnet import controlnet

from .stage import Stage

SEEN = 100  # two thirds of a limb's 153: more than half of a smoothed edge
FOLDER = Path(__file__).resolve().parents[1] / "data" / "web" / "pose"
KIND = "ArmaturePoseEditor"
VALUES = """() => app.rootGraph.nodes.filter(node => node.type === 'ArmaturePoseEditor')
    .map(node => node.widgets.find(widget => widget.name === 'pose').value)"""
DRAWN = """async ([value, feet]) => {
    const sheet = document.querySelector('link[href$="armature.css"]');
    const folder = new URL('.', sheet.href);
    const { drawPeople } = await import(new URL('js/pose/drawing.js', folder));
    const { parse } = await import(new URL('js/pose/model.js', folder));
    const canvas = Object.assign(document.createElement('canvas'), { width: value.size[0], height: value.size[1] });
    const context = canvas.getContext('2d');
    context.fillRect(0, 0, ...value.size);
    drawPeople(context, parse(value), { feet });
    return canvas.toDataURL('image/png').split(',')[1] }"""


def add(frontend) -> int:
    node = frontend.add(KIND)
    Stage(frontend, node, "pose").at((0.5, 0.5))
    frontend.page.get_by_title("Add a person (N)").click()
    frontend.settle()
    return node


def values(frontend) -> list[dict]:
    return frontend.page.evaluate(VALUES)


def point(value, index) -> tuple[int, int]:
    x, y = value["people"][0]["body"].split()[index].split(",")
    return int(x), int(y)


def drag(frontend, node, start, by, pen=False) -> None:
    """Drags what is at a place of the map, by pixels of the map."""
    stage, (value,) = Stage(frontend, node, "pose"), values(frontend)
    places = stage.places([start, (start[0] + by[0], start[1] + by[1])], value["size"])
    if not pen:
        stage.drag(*places, steps=4)
        return
    hand = frontend.page.context.new_cdp_session(frontend.page)
    (x, y), (to_x, to_y) = map(stage.at, places)
    for kind, at in (("Pressed", (x, y)), ("Moved", (to_x, to_y)), ("Released", (to_x, to_y))):
        event = {"type": f"mouse{kind}", "x": at[0], "y": at[1], "button": "left", "buttons": 1, "clickCount": 1}
        hand.send("Input.dispatchMouseEvent", event | {"pointerType": "pen", "force": 0.6})
    frontend.settle()


@pytest.mark.parametrize("pen", [False, True], ids=["mouse", "pen"])
def test_a_point_is_dragged_and_the_map_reaches_python(frontend, shot, pen):
    node = add(frontend)
    frontend.page.keyboard.press("Escape")
    before = point(values(frontend)[0], 4)
    drag(frontend, node, before, (-60, -80), pen)
    after = point(values(frontend)[0], 4)
    assert np.abs(np.subtract(after, before) - (-60, -80)).max() <= 3  # pixels of the screen are larger
    preview = frontend.add("PreviewImage", 900, 120)
    frontend.link(node, 0, preview, "images")
    record = frontend.run()
    assert record["status"]["status_str"] == "success"
    output = record["outputs"][str(preview)]["images"][0]
    picture = frontend.page.request.get(f"{frontend.url}/view", params=output).body()
    drawn = np.asarray(Image.open(BytesIO(picture)).convert("RGB"))
    assert drawn.shape == (768, 512, 3)
    assert tuple(drawn[after[1], after[0]]) == (170, 255, 0)  # the right wrist
    shot("run")


def test_it_is_kept_by_saving_copying_undo_and_subgraphs(frontend, shot):
    node = add(frontend)
    kept = values(frontend)[0]
    frontend.load(frontend.saved())
    assert values(frontend) == [kept]
    drag(frontend, node, point(kept, 0), (40, 30))
    moved = values(frontend)[0]
    assert moved != kept
    frontend.page.keyboard.press("Control+z")
    assert values(frontend) == [kept]
    frontend.page.keyboard.press("Control+y")
    assert values(frontend) == [moved]
    frontend.page.evaluate(
        "id => { const node = app.graph.getNodeById(id); app.canvas.selectNode(node); app.canvas.copyToClipboard();"
        "app.canvas.pasteFromClipboard() }",
        node,
    )
    frontend.settle()
    assert values(frontend) == [moved, moved]
    frontend.page.evaluate(
        "id => { const g = app.graph; app.canvas.selectNode(g.getNodeById(id));"
        "g.convertToSubgraph(new Set([g.getNodeById(id)])) }",
        node,
    )
    frontend.settle()
    assert len(values(frontend)) == 1
    inner = (
        "() => app.rootGraph.nodes.find(n => n.subgraph).subgraph.nodes[0].widgets.find(w => w.name === 'pose').value"
    )
    assert frontend.page.evaluate(inner) == moved
    shot("subgraph")


def test_undo_of_the_graph_shows_what_it_holds(frontend):
    node = add(frontend)
    frontend.noted()
    frontend.page.keyboard.press("n")
    frontend.noted()
    assert len(values(frontend)[0]["people"]) == 2
    frontend.page.mouse.click(1400, 300)  # the keyboard is the graph's again
    frontend.page.keyboard.press("Control+z")
    frontend.until(f"() => ({VALUES})()[0].people.length === 1")
    Stage(frontend, node, "pose").at((0.5, 0.5))  # what is on screen is the node's own editor
    assert frontend.page.locator(".armature").count() == 1


@pytest.mark.parametrize("key", ["Delete", "r", "Control+a"])
def test_keys_are_the_editors_while_it_has_them(frontend, key):
    node = add(frontend)
    frontend.page.keyboard.press(key)
    frontend.settle()
    assert frontend.page.evaluate("id => !!app.graph.getNodeById(id)", node)


def test_full_screen_is_the_same_editor(frontend, shot):
    add(frontend)
    frontend.page.get_by_title("Full screen").click()
    frontend.settle()
    shot("full")
    frontend.page.keyboard.press("n")
    assert len(values(frontend)[0]["people"]) == 2
    frontend.page.keyboard.press("Control+z")
    frontend.page.get_by_title("Full screen").click()
    frontend.settle()
    assert len(values(frontend)[0]["people"]) == 1
    assert frontend.page.locator("dialog.armature-dialog").count() == 0


@pytest.mark.parametrize("name", ["standing", "whole", "two", "partial"])
def test_the_preview_is_pythons_map(frontend, name):
    fixture = json.loads((FOLDER / f"{name}.json").read_text())
    frontend.add(KIND)
    picture = Image.open(BytesIO(b64decode(frontend.page.evaluate(DRAWN, [fixture["value"], True])))).convert("RGB")
    ours = np.asarray(picture, int)
    theirs = controlnet(poses=[fixture["frame"]], feet=True)[0].movedim(0, -1).mul(255).round().int().numpy()
    ours_on, theirs_on = ours.max(axis=-1) > SEEN, theirs.max(axis=-1) > SEEN
    assert (ours_on & theirs_on).sum() / (ours_on | theirs_on).sum() > 0.97
    inner = ours_on & theirs_on
    assert (
        np.mean(np.abs(ours - theirs)[inner].max(axis=-1) <= 40) > 0.85
    )  # the rest are edges, which a browser smooths
