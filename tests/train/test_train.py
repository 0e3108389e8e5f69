"""Training on a folder from the command line: it resumes, refuses what it cannot use, and is shared by processes."""

import subprocess
import sys
from itertools import chain
from pathlib import Path

import comfy.sd
import cv2
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from armature.control.training.run import averaged
from armature.errors import InvalidValue, MissingInput, UnknownMethod, UnreadableFile
from armature.host.binding import BaseWeights
from armature.host.practice import load_practice_model
from armature.practice.pictures import write_scenes
from armature.train.__main__ import train
from armature.train.base import load_base
from armature.train.options import options
from armature.train.processes import messages

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


def decoder_of(file):
    """By the names that Load LoRA knows."""
    return load_file(file.with_suffix(".decoder.safetensors"))


def test_a_stopped_run_goes_on_to_the_same_control_and_decoder(pictures, tmp_path):
    how, files = ("--batch", "2", "--unlock-decoder"), [tmp_path / f"{name}.safetensors" for name in ("whole", "part")]
    whole = trained(pictures, files[0], "--steps", "3", *how)
    first, early = trained(pictures, files[1], "--steps", "2", *how), decoder_of(files[1])
    then = trained(pictures, files[1], "--steps", "3", *how)
    assert sorted(path.name for path in (pictures / "maps").iterdir()) == [f"{n:04}.png" for n in range(4)]
    for ours, theirs, before in ((then, whole, first), (*map(decoder_of, reversed(files)), early)):
        assert all(torch.equal(theirs[key], ours[key]) for key in theirs)
        assert any(not torch.equal(before[key], ours[key]) for key in theirs)


def test_load_lora_gives_the_decoder_that_was_trained(pictures, tmp_path):
    """The moving average, as for the control."""
    file, how = tmp_path / "x.safetensors", ("--steps", "2", "--batch", "2", "--average", "0.9")
    trained(pictures, file, *how, "--unlock-decoder")
    model, _ = comfy.sd.load_lora_for_models(load_practice_model()[0], None, decoder_of(file), 1.0, 0.0)
    loaded, kept = BaseWeights(model), averaged(file.with_suffix(".training.safetensors"))
    expected = {key.removeprefix("decoder."): kept[key] for key in kept if key.startswith("decoder.")}
    assert {f"diffusion_model.{name}" for name in expected} == set(model.patches) != set()
    assert max(float((loaded[name] - weight).abs().max()) for name, weight in expected.items()) < 1e-9
    with safe_open(file.with_suffix(".decoder.safetensors"), framework="pt") as held:
        assert held.metadata()["armature.training.unlocked_decoder"] == "True"
    with pytest.raises(UnreadableFile, match="another training run"):
        trained(pictures, file, *how)


def test_pictures_show_a_hint_and_what_is_drawn_from_it(pictures, tmp_path):
    how = ("--steps", "3", "--batch", "2", "--picture-every", "2", "--family", "T2I-Adapter")
    trained(pictures, tmp_path / "x.safetensors", *how)
    assert not (tmp_path / "x.decoder.safetensors").exists()
    (file,) = (tmp_path / "x.pictures").iterdir()
    hint, drawn = np.split(cv2.imread(str(file)), 2, axis=1)
    assert file.name == "0000002.png" and drawn.std() > 1
    assert np.array_equal(hint, cv2.imread(str(pictures / "maps" / "0000.png")))


def test_what_cannot_be_used_is_refused(pictures, tmp_path):
    def refused(folder, *more, result="x.safetensors"):
        train(options([str(folder), str(tmp_path / result), *SMALL, "--steps", "1", "--batch", "1", *more]))

    with pytest.raises(InvalidValue, match="Let its name end so"):
        refused(pictures, result="x.v1")
    twins = tmp_path / "twins"
    write_scenes(twins, 2, SIDE)
    for name in ("0001.jpg", "0001.k.png"):  # the second lies between the twins
        (twins / name).touch()
    with pytest.raises(InvalidValue, match=r"of the name of 0001\.jpg"):
        refused(twins)
    with pytest.raises(MissingInput, match="no images"):
        refused(tmp_path)
    with pytest.raises(UnknownMethod, match="no preprocessor"):
        refused(pictures, "--maps", "Cany", "--maps-folder", str(tmp_path / "maps"))
    with pytest.raises(UnreadableFile, match=r"000[0-3]\.png is missing"):
        refused(pictures, "--maps-folder", str(tmp_path / "none"))
    with pytest.raises(UnreadableFile, match="no safetensors"):
        refused(pictures, "--maps", "Canny", "--base", "model.ckpt")
    with pytest.raises(UnreadableFile, match="There is no file"):
        refused(pictures, "--maps", "Canny", "--control", str(tmp_path / "none.safetensors"))
    with pytest.raises(InvalidValue, match="side"):
        refused(pictures, "--maps", "Canny", "--side", "100")


def test_a_base_that_is_not_whole_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "base.safetensors"
    file.write_bytes(b"damaged")
    with pytest.raises(UnreadableFile, match="or damaged"):
        load_base(str(file))
    save_file({"weight": torch.zeros(1)}, file)
    with pytest.raises(UnreadableFile, match="no checkpoint of a base"):
        load_base(str(file))
    model, clip, vae = load_practice_model()
    for parts in ((model, None, vae, None), (model, clip, comfy.sd.VAE(sd={}), None)):
        monkeypatch.setattr(comfy.sd, "load_checkpoint_guess_config", lambda path, parts=parts: parts)
        with pytest.raises(UnreadableFile, match="whole checkpoint"):
            load_base(str(file))


@pytest.mark.parametrize("given", ["--batch 0", "--rate nan", "--dropped 1.5", "--average 1", "--side -64", "--seed x"])
def test_numbers_out_of_their_range_are_refused(capsys, given):
    with pytest.raises(SystemExit):
        options(["pictures", "x.safetensors", *given.split()])
    assert f"argument {given.split()[0]}: " in capsys.readouterr().err


def test_gradients_travel_in_messages_of_limited_size():
    tensors = [torch.zeros(size) for size in (3, 2, 9, 4, 1, 1)]
    sent = list(messages(tensors, largest=5))
    assert [[tensor.numel() for tensor in message] for message in sent] == [[3, 2], [9], [4, 1], [1]]
    assert all(a is b for a, b in zip(chain.from_iterable(sent), tensors, strict=True))


def test_two_processes_train_as_one(pictures, tmp_path):
    """But for the rounding of sums in another order, which the optimizer enlarges where a gradient is nearly zero.

    In the decoder of so small a base it is zero wherever a norm's groups of one channel cancel what is added to them.
    """
    how = ["--maps", "Canny", "--steps", "3", "--batch", "4", "--unlock-decoder"]
    alone, shared = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    trained(pictures, alone, *how[2:])
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--main_process_port", "0"]
    command = ["--num_processes", "2", str(ROOT / "standalone.py"), "train", str(pictures), str(shared)]
    done = subprocess.run([*launch, *command, *SMALL, *how, "--accelerate"], check=True, stdout=subprocess.PIPE)
    assert b"4 images, 2 processes" in done.stdout
    for read, most in ((load_file, 1e-4), (decoder_of, 1e-2)):
        whole, found = read(alone), read(shared)
        apart = torch.cat([(found[key] - whole[key]).abs().flatten() for key in whole])
        assert (apart > 1e-6).float().mean() < most and apart.max() <= 6e-4
