"""Weights out of ONNX files, sound and bad; files are put together here, but for one that PyTorch exported."""

import random
import struct
from pathlib import Path

import pytest
import torch
from torch import nn

from armature.errors import UnreadableFile
from armature.preprocessors.onnx import read_onnx

EXPORTED = Path(__file__).parent.parent / "data" / "exported.onnx"
NUMBERS = torch.tensor([[1.5, -2.0, 0.25], [3.0, 8.0, -0.5]])


def varint(value):
    value &= (1 << 64) - 1
    head = bytes([value & 0x7F | 0x80]) if value > 0x7F else bytes([value])
    return head + varint(value >> 7) if value > 0x7F else head


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def weight(name="w", shape=(2, 3), kind=1, data=None, *rest):
    raw = field(9, NUMBERS.numpy().tobytes() if data is None else data)
    return field(5, b"".join([*(field(1, side) for side in shape), field(2, kind), field(8, name), raw, *rest]))


def node(*inputs):
    return field(1, b"".join(field(1, name) for name in inputs) + field(4, "Conv"))


def model(*parts):
    return field(1, 8) + field(2, "tests") + field(7, b"".join(parts)) + field(8, field(2, 17))


def saved(folder, content):
    (folder / "x.onnx").write_bytes(content)
    return folder / "x.onnx"


def test_what_pytorch_exports_is_read_in_the_order_of_the_graph():
    """Conv and BatchNorm become one, and a Linear without bias is transposed; both lose their names."""
    parts = [nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(12, 2, bias=False), nn.PReLU(2)]
    network = nn.Sequential(*parts).eval()
    own = network.state_dict()
    for index, tensor in enumerate(own.values()):
        if tensor.is_floating_point():
            tensor.copy_((torch.arange(tensor.numel()) + index + 1).reshape(tensor.shape) / 8)
    read = read_onnx(EXPORTED)
    conv, bias, linear, slope = [value for value in read.values() if value.is_floating_point()]
    scale = own["1.weight"] / (own["1.running_var"] + 1e-5).sqrt()
    assert torch.allclose(conv, own["0.weight"] * scale[:, None, None, None])
    assert torch.allclose(bias, (own["0.bias"] - own["1.running_mean"]) * scale + own["1.bias"])
    assert torch.equal(linear.T, own["3.weight"]) and torch.equal(slope, own["4.weight"].reshape(slope.shape))


def test_unused_weights_follow_those_that_the_graph_uses(tmp_path):
    content = model(weight("unused"), weight("second"), weight("first"), node("x", "first"), node("first", "second"))
    assert list(read_onnx(saved(tmp_path, content))) == ["first", "second", "unused"]


@pytest.mark.parametrize(
    "kind, dtype",
    [(1, torch.float32), (10, torch.float16), (11, torch.float64), (16, torch.bfloat16), (6, torch.int32)],
)
def test_every_type_keeps_its_numbers(tmp_path, kind, dtype):
    numbers = NUMBERS.to(dtype)
    raw = numbers.view(torch.uint8).numpy().tobytes()
    (read,) = read_onnx(saved(tmp_path, model(weight(kind=kind, data=raw)))).values()
    assert read.dtype == dtype and torch.equal(read, numbers)


def typed(kind, number, data, shape=(2, 3)):
    dimensions = field(1, b"".join(map(varint, shape)))
    return field(5, dimensions + field(2, kind) + field(8, "w") + field(number, data))


def test_numbers_may_also_be_in_fields_of_their_type(tmp_path):
    floats = typed(1, 4, struct.pack("<6f", *NUMBERS.flatten().tolist()))
    assert torch.equal(read_onnx(saved(tmp_path, model(floats)))["w"], NUMBERS)
    integers = typed(7, 7, b"".join(map(varint, (1, -2, 300))), shape=(3,))
    assert read_onnx(saved(tmp_path, model(integers)))["w"].tolist() == [1, -2, 300]


def test_an_outline_has_names_and_shapes_alone():
    whole, outline = read_onnx(EXPORTED), read_onnx(EXPORTED, outline=True)
    assert {key: tensor.shape for key, tensor in outline.items()} == {key: t.shape for key, t in whole.items()}
    assert {tensor.device.type for tensor in outline.values()} == {"meta"}


def test_scalars_and_empty_tensors_are_read(tmp_path):
    read = read_onnx(saved(tmp_path, model(weight("one", (), data=b"\0\0\x80\x3f"), weight("none", (0, 3), data=b""))))
    assert read["one"].item() == 1 and read["none"].shape == (0, 3)


HUGE = 2**62
BAD = {
    "external data": (
        weight("w", (2, 3), 1, b"", field(13, field(1, "location") + field(2, "../w.bin"))),
        "in another",
    ),
    "external location": (weight("w", (2, 3), 1, None, field(14, 1)), "in another"),
    "segments": (weight("w", (2, 3), 1, None, field(3, field(1, 0))), "in parts"),
    "a shape that is too large": (weight(shape=(HUGE, HUGE)), "24 bytes for the shape"),
    "a shape that overflows to what is there": (weight(shape=(2**32, 2**32)), "24 bytes for the shape"),
    "an absurd shape of nothing": (weight(shape=(0, HUGE, HUGE), data=b""), "0 bytes for the shape"),
    "a negative side": (weight(shape=(-2, -3)), "24 bytes for the shape"),
    "too many sides": (weight(shape=(1,) * 9, data=b"\0" * 4), "4 bytes for the shape"),
    "too few numbers": (weight(data=b"\0" * 20), "20 bytes for the shape"),
    "two raw fields": (weight("w", (2, 3), 1, None, field(9, b"")), "in parts"),
    "strings": (weight(kind=8), "of a type that is not read"),
    "a type that is bytes": (field(5, field(2, b"\x01") + field(8, "w")), "of a type that is not read"),
    "a name that is a number": (field(5, field(2, 1) + field(8, 5)), "number where bytes"),
    "a name that is no text": (weight(name=b"\xff\xfe"), "utf-8"),
    "two of one name": (weight() + weight(), "the same name"),
    "sparse weights": (weight() + field(15, b""), "sparse"),
    "no weights": (node("x"), "holds no weights"),
}


@pytest.mark.parametrize("part, reason", BAD.values(), ids=BAD)
@pytest.mark.parametrize("outline", [False, True])
def test_bad_weights_are_refused(tmp_path, part, reason, outline):
    with pytest.raises(UnreadableFile, match=reason):
        read_onnx(saved(tmp_path, model(part)), outline)


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "has 0 bytes"),
        (model(weight())[:-20], "bytes where .* are left"),
        (field(1, 8), "no graph"),
        (b"\x07", "unknown kind 7"),
        (b"\x80" * 20, "an integer without an end"),
        (varint(7 << 3 | 2) + varint(2**63), "bytes where 0 are left"),
        (field(1, 8) * 200_001, "more than 200,000 fields"),
        (b"<!DOCTYPE html><html>Not found</html>", "unknown kind|are left"),
    ],
    ids=["empty", "cut off", "no graph", "unknown kind", "endless integer", "a length beyond", "many fields", "a page"],
)
def test_what_is_no_sound_file_is_refused(tmp_path, content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read_onnx(saved(tmp_path, content))


def test_no_damage_gets_past_the_checks(tmp_path):
    """Every reading of a damaged file ends in its own error, or in tensors no larger than the file."""
    sound, dice = EXPORTED.read_bytes(), random.Random(0)
    for _ in range(400):
        content = bytearray(sound)
        for _ in range(dice.randint(1, 4)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        try:
            read = read_onnx(saved(tmp_path, bytes(content)))
        except UnreadableFile:
            continue
        assert sum(tensor.nbytes for tensor in read.values()) <= len(content)
