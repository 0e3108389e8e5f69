"""Training on a folder from the command line: it resumes, refuses what it cannot use, and is shared by processes."""

import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import torch
from safetensors.torch import load_file

from armature.errors import InvalidValue, MissingInput, UnknownMethod, UnreadableFile
from armature.practice.pictures import write_scenes
from armature.train.__main__ import options, train

SIDE = 64
ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = ["--family", "ControlNet-XS", "--ratio", "0.125", "--side", str(SIDE), "--rate", "1e-4", "--dtype", "fp32"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Four scenes, three with captions, one of them no square; their maps are made by the first that trains on them."""
    folder = tmp_path_factory.mktemp("pictures")
    write_scenes(folder, 4, SIDE)
    (folder / "0000.txt").unlink()
    cv2.imwrite(str(folder / "0002.png"), cv2.imread(str(folder / "0002.png"))[8:])
    return folder


def trained(pictures, file, *more):
    return load_file(train(options([str(pictures), str(file), *SMALL, "--maps", "Canny", *more])))


def test_a_stopped_run_goes_on_to_the_same_control(pictures, tmp_path):
    whole = trained(pictures, tmp_path / "whole.safetensors", "--steps", "3", "--batch", "2")
    first = trained(pictures, tmp_path / "part.safetensors", "--steps", "2", "--batch", "2")
    then = trained(pictures, tmp_path / "part.safetensors", "--steps", "3", "--batch", "2")
    assert sorted(path.name for path in (pictures / "maps").iterdir()) == [f"{n:04}.png" for n in range(4)]
    assert all(torch.equal(whole[key], then[key]) for key in whole)
    assert any(not torch.equal(first[key], then[key]) for key in first)


def test_what_cannot_be_used_is_refused(pictures, tmp_path):
    def refused(folder, *more):
        train(options([str(folder), str(tmp_path / "x.safetensors"), *SMALL, "--steps", "1", "--batch", "1", *more]))

    with pytest.raises(MissingInput, match="no images"):
        refused(tmp_path)
    with pytest.raises(UnknownMethod, match="no preprocessor"):
        refused(pictures, "--maps", "Cany", "--maps-folder", str(tmp_path / "maps"))
    with pytest.raises(UnreadableFile, match=r"000[0-3]\.png is missing"):
        refused(pictures, "--maps-folder", str(tmp_path / "none"))
    with pytest.raises(UnreadableFile, match="no safetensors"):
        refused(pictures, "--maps", "Canny", "--base", "model.ckpt")
    with pytest.raises(InvalidValue, match="side"):
        refused(pictures, "--maps", "Canny", "--side", "60")


def test_two_processes_train_as_one(pictures, tmp_path):
    """But for the rounding of sums in another order, which the optimizer enlarges where a gradient is nearly zero."""
    how = ["--maps", "Canny", "--steps", "3", "--batch", "4"]
    whole, shared = trained(pictures, tmp_path / "one.safetensors", *how[2:]), tmp_path / "two.safetensors"
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--main_process_port", "0"]
    command = ["--num_processes", "2", str(ROOT / "standalone.py"), "train", str(pictures), str(shared)]
    done = subprocess.run([*launch, *command, *SMALL, *how, "--accelerate"], check=True, stdout=subprocess.PIPE)
    assert b"4 images, 2 processes" in done.stdout
    found = load_file(shared)
    apart = torch.cat([(found[key] - whole[key]).abs().flatten() for key in whole])
    assert (apart > 1e-6).float().mean() < 1e-4 and apart.max() <= 6e-4
