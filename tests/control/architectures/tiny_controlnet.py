"""State dicts of tiny ControlNets in the original layout, and their conversion to the diffusers layout."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

HINT = (3, 4, 4, 6, 6, 8, 8, 10)


@dataclass(frozen=True)
class Shape:
    width: int
    multipliers: tuple[int, ...]
    depths: tuple[int, ...]
    middle: int
    context: int
    linear: bool
    y: int | None = None

    def wide(self, width: int) -> "Shape":
        return replace(self, width=width)


SD1 = Shape(16, (1, 2, 2, 2), (1, 1, 1, 0), 1, 12, linear=False)
SD2 = Shape(16, (1, 2, 2, 2), (1, 1, 1, 0), 1, 12, linear=True)
SDXL = Shape(16, (1, 2, 4), (0, 2, 3), 3, 12, linear=True, y=24)


def weights(shape: Shape) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    generator = torch.Generator().manual_seed(0)

    def layer(name: str, *sizes: int, bias: bool = True) -> None:
        found[f"{name}.weight"] = torch.randn(sizes, generator=generator) * 0.1
        if bias:
            found[f"{name}.bias"] = torch.randn(sizes[:1], generator=generator) * 0.1

    embedded = 4 * shape.width

    def resnet(name: str, inner: int, outer: int) -> None:
        layer(f"{name}.in_layers.0", inner)
        layer(f"{name}.in_layers.2", outer, inner, 3, 3)
        layer(f"{name}.emb_layers.1", outer, embedded)
        layer(f"{name}.out_layers.0", outer)
        layer(f"{name}.out_layers.3", outer, outer, 3, 3)
        if inner != outer:
            layer(f"{name}.skip_connection", outer, inner, 1, 1)

    def transformer(name: str, width: int, depth: int) -> None:
        kernel = () if shape.linear else (1, 1)
        layer(f"{name}.norm", width)
        layer(f"{name}.proj_in", width, width, *kernel)
        for i in range(depth):
            block = f"{name}.transformer_blocks.{i}"
            for attention, keys in (("attn1", width), ("attn2", shape.context)):
                layer(f"{block}.{attention}.to_q", width, width, bias=False)
                layer(f"{block}.{attention}.to_k", width, keys, bias=False)
                layer(f"{block}.{attention}.to_v", width, keys, bias=False)
                layer(f"{block}.{attention}.to_out.0", width, width)
            layer(f"{block}.ff.net.0.proj", 8 * width, width)
            layer(f"{block}.ff.net.2", width, 4 * width)
            for norm in ("norm1", "norm2", "norm3"):
                layer(f"{block}.{norm}", width)
        layer(f"{name}.proj_out", width, width, *kernel)

    layer("time_embed.0", embedded, shape.width)
    layer("time_embed.2", embedded, embedded)
    if shape.y:
        layer("label_emb.0.0", embedded, shape.y)
        layer("label_emb.0.2", embedded, embedded)
    for i, (inner, outer) in enumerate(zip(HINT, (*HINT[1:], shape.width))):
        layer(f"input_hint_block.{2 * i}", outer, inner, 3, 3)
    layer("input_blocks.0.0", shape.width, 4, 3, 3)
    widths, n = [shape.width], 1
    for level, (multiplier, depth) in enumerate(zip(shape.multipliers, shape.depths)):
        for _ in range(2):
            outer = shape.width * multiplier
            resnet(f"input_blocks.{n}.0", widths[-1], outer)
            if depth:
                transformer(f"input_blocks.{n}.1", outer, depth)
            widths, n = [*widths, outer], n + 1
        if level < len(shape.multipliers) - 1:
            layer(f"input_blocks.{n}.0.op", outer, outer, 3, 3)
            widths, n = [*widths, outer], n + 1
    for i, width in enumerate(widths):
        layer(f"zero_convs.{i}.0", width, width, 1, 1)
    resnet("middle_block.0", outer, outer)
    transformer("middle_block.1", outer, shape.middle)
    resnet("middle_block.2", outer, outer)
    layer("middle_block_out.0", outer, outer, 1, 1)
    return found


RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}


def diffusers(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same weights with the names that diffusers' ControlNetModel gives them."""
    return {_diffusers_name(key): value for key, value in tensors.items()}


def _diffusers_name(key: str) -> str:
    module, *rest = key.split(".")
    number = int(rest[0]) if rest[0].isdecimal() else None
    tail = ".".join(rest[1:])
    match module:
        case "time_embed":
            return f"time_embedding.linear_{1 if number == 0 else 2}.{tail}"
        case "label_emb":
            return f"add_embedding.linear_{1 if rest[1] == '0' else 2}.{rest[-1]}"
        case "zero_convs":
            return f"controlnet_down_blocks.{number}.{rest[-1]}"
        case "middle_block_out":
            return f"controlnet_mid_block.{rest[-1]}"
        case "input_hint_block":
            names = {0: "conv_in", 14: "conv_out"}
            return f"controlnet_cond_embedding.{names.get(number, f'blocks.{number // 2 - 1}')}.{tail}"
        case "middle_block":
            where = "mid_block.attentions.0" if number == 1 else f"mid_block.resnets.{number // 2}"
            return f"{where}.{_inner(tail)}"
    if number == 0:
        return f"conv_in.{rest[-1]}"
    level, place = divmod(number - 1, 3)
    if rest[2] == "op":
        return f"down_blocks.{level}.downsamplers.0.conv.{rest[-1]}"
    kind = "attentions" if rest[1] == "1" else "resnets"
    return f"down_blocks.{level}.{kind}.{place}.{_inner('.'.join(rest[2:]))}"


def _inner(tail: str) -> str:
    for ours, theirs in RESNET.items():
        if tail.startswith(f"{ours}."):
            return theirs + tail.removeprefix(ours)
    return tail
