"""The node that shows images over each other: they come as temporary files, each with its role."""

from pathlib import Path

import folder_paths
import numpy as np
import pytest
import torch
from PIL import Image

from armature.errors import MissingInput
from armature.nodes.compare import Compare


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "temp_directory", str(tmp_path))
    return tmp_path


def records(**images):
    return Compare.execute(**images).ui["armature"]


def test_every_image_of_every_batch_is_a_file_with_its_role(folder):
    found = records(source=torch.zeros(1, 4, 6, 3), result=torch.ones(2, 8, 12, 3))
    assert [record["role"] for record in found] == ["source", "result", "result"]
    assert {record["type"] for record in found} == {"temp"}
    files = [folder / record["subfolder"] / record["filename"] for record in found]
    assert len(set(files)) == 3 and all(map(Path.is_file, files))
    assert Image.open(files[2]).size == (12, 8) and np.asarray(Image.open(files[2])).min() == 255


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_maps_of_any_channels_are_shown_in_colour(folder, channels):
    (found,) = records(map=torch.full((1, 4, 4, channels), 0.5))
    assert np.asarray(Image.open(folder / found["filename"])).shape == (4, 4, 3)


def test_nothing_to_compare_is_said(folder):
    with pytest.raises(MissingInput, match="Connect two of source, map and result"):
        records()
    assert not list(folder.iterdir())
