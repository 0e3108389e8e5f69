"""Weights as safetensors: what is kept, and what bad files leave behind."""

import sys
from pathlib import Path

import pytest
import safetensors
import torch

from armature.errors import IncompatibleCheckpoint, InvalidValue, UnreadableFile
from armature.host import weights
from armature.host.annotators import published
from armature.host.converting import convert
from armature.host.downloading import digest
from armature.preprocessors.networks.hed import HED

from ..preprocessors.annotators import MANIFESTS, SMALLER, random_weights
from ..preprocessors.test_onnx import field, model, weight

WEIGHTS = {key: tensor.half() for key, tensor in random_weights(MANIFESTS["hed"]).items()}
NAME = "ControlNetHED.pth"


def saved(folder, content, name=NAME):
    torch.save(content, folder / name)
    return folder / name


@pytest.mark.parametrize("wrap", [lambda w: w, lambda w: {"state_dict": {f"module.{k}": v for k, v in w.items()}}])
def test_weights_keep_their_numbers_and_get_the_networks_names(tmp_path, wrap):
    source = saved(tmp_path, wrap(WEIGHTS))
    made = convert(source, tmp_path)
    assert made == tmp_path / "ControlNetHED.safetensors"
    with safetensors.safe_open(made, "pt") as file:
        read, metadata = {key: file.get_tensor(key) for key in file.keys()}, file.metadata()
    assert read.keys() == WEIGHTS.keys() and all(torch.equal(read[key], WEIGHTS[key]) for key in WEIGHTS)
    assert {tensor.dtype for tensor in read.values()} == {torch.float16}
    assert metadata["network"] == "hed" and metadata["source"] == NAME and metadata["licence"] == "Apache-2.0"
    assert metadata["source_sha256"] == digest(source) and metadata["source_url"] == HED.files[0].url


@pytest.mark.parametrize("network", {n.id: n for _, n in published().values()}.values(), ids=lambda network: network.id)
def test_canonical_weights_stay_as_they_are(network):
    """So that a converted file is one of the network's again."""
    if (name := SMALLER.get(network.id, network.id)) not in MANIFESTS:
        pytest.skip("its tests make its weights in another way")
    file = {key: torch.empty(shape, device="meta") for key, shape in MANIFESTS[name].items()}
    once = network.canonical(file)
    again = network.canonical(once)
    assert network.fits(file) and {k: v.shape for k, v in again.items()} == {k: v.shape for k, v in once.items()}
    assert network.canonical({}) == {}


def test_nothing_is_overwritten(tmp_path):
    convert(source := saved(tmp_path, WEIGHTS), tmp_path)
    with pytest.raises(InvalidValue, match="is there already"):
        convert(source, tmp_path)


class Code:
    """Pickles to a call that leaves a trace when it is run."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def truncated(folder):
    path = saved(folder, WEIGHTS)
    path.write_bytes(path.read_bytes()[:-5000])
    return path


def absurd(folder):
    (folder / "x.onnx").write_bytes(model(weight(shape=(2**40, 2**40))))
    return folder / "x.onnx"


def external(folder):
    data = field(13, field(1, "location") + field(2, "../../secret"))
    (folder / "x.onnx").write_bytes(model(weight("w", (2, 3), 1, b"", data)))
    return folder / "x.onnx"


BAD = {
    "truncated": (truncated, UnreadableFile),
    "pickled code": (lambda folder: saved(folder, WEIGHTS | {"x": Code(folder / "trace")}), UnreadableFile),
    "absurd shape": (absurd, UnreadableFile),
    "external data": (external, UnreadableFile),
    "another network": (lambda folder: saved(folder, {"w": torch.zeros(1)}), IncompatibleCheckpoint),
    "incomplete": (lambda folder: saved(folder, dict(list(WEIGHTS.items())[:1]) | last()), IncompatibleCheckpoint),
}


def last():
    return {key: WEIGHTS[key] for key in HED.signature}


@pytest.mark.parametrize("make, error", BAD.values(), ids=BAD)
def test_bad_files_are_refused_and_leave_nothing_behind(tmp_path, make, error):
    source = make(tmp_path)
    with pytest.raises(error):
        convert(source, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(tensors, path, metadata):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        convert(saved(tmp_path, WEIGHTS), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["host.weights", *map(str, words)])
    weights.main()


def test_the_command_line_lists_and_converts(tmp_path, monkeypatch, capsys):
    run(monkeypatch, "convert", saved(tmp_path, WEIGHTS), "--folder", tmp_path)
    assert capsys.readouterr().out.strip() == str(tmp_path / "ControlNetHED.safetensors")
    run(monkeypatch, "list")
    assert f"{NAME}: hed, 29,444,406 bytes" in capsys.readouterr().out


def test_the_command_line_ends_with_an_errors_words(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="No network here has a file 'x'"):
        run(monkeypatch, "get", "x", "--folder", tmp_path)
