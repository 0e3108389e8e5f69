"""The sketch editor's node: sizes, backgrounds and refusals."""

import json

import pytest
import torch

from armature.nodes.sketch_editor import EMPTY, SketchEditor

LINE = EMPTY | {"size": [64, 48], "s": ["b||8| 10,12 40,0"]}


def test_a_new_node_gives_black():
    image, drawn = SketchEditor.execute(EMPTY).args
    assert image.shape == (1, 512, 512, 3) and drawn.shape == (1, 512, 512)
    assert image.max() == 0 and drawn.max() == 0


def test_the_drawing_is_white_on_black_and_in_the_mask():
    image, drawn = SketchEditor.execute(LINE).args
    assert image[0, 12, 30].tolist() == [1, 1, 1] and image[0, 40, 30].tolist() == [0, 0, 0]
    assert torch.equal(image[..., 0], drawn)


def test_an_image_gives_the_size_and_size_as_comes_first():
    background, other = torch.rand(2, 96, 128, 3), torch.rand(1, 24, 32, 3)
    image, _ = SketchEditor.execute(LINE, background=background).args
    assert image.shape == (1, 96, 128, 3) and image[0, 24, 60, 0] == 1 and image.unique().tolist() == [0, 1]
    assert SketchEditor.execute(LINE, background=background, size_as=other).args[0].shape == (1, 24, 32, 3)


def test_a_map_can_be_corrected():
    background = torch.rand(2, 48, 64, 3)
    image, drawn = SketchEditor.execute(LINE, background=background, draw_on_background=True).args
    assert image.shape == (2, 48, 64, 3) and drawn.shape == (2, 48, 64)
    assert torch.equal(image[drawn == 0], background[drawn == 0]) and image[drawn == 1].min() == 1


def test_the_background_is_shown_to_the_editor_alone(tmp_path, monkeypatch):
    import folder_paths

    monkeypatch.setattr(folder_paths, "temp_directory", str(tmp_path))
    shown = SketchEditor.execute(LINE, background=torch.rand(3, 48, 64, 3)).ui["armature"]
    assert [one["role"] for one in shown] == ["background"]
    assert (tmp_path / shown[0]["filename"]).is_file()
    assert SketchEditor.execute(LINE).ui == {"armature": []}


def test_text_takes_the_place_of_the_drawing():
    assert SketchEditor.execute(EMPTY, sketch_json=json.dumps(LINE)).args[0].max() == 1


@pytest.mark.parametrize(
    "change, words", [({"v": 2}, "newer Armature"), ({"s": ["b||| 1,2"]}, "no width"), ({"mode": "oil"}, "mode")]
)
def test_what_cannot_be_read_is_told_before_the_run(change, words):
    assert words in SketchEditor.validate_inputs(LINE | change)
    assert SketchEditor.validate_inputs(LINE) is True
