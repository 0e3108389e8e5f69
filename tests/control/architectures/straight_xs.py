"""ControlNet-XS written a second time, from its state dict alone: tiny weights, and both streams in one loop."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel, forward_timestep_embed
from comfy.ldm.modules.diffusionmodules.util import timestep_embedding
from torch import Tensor

HINT = (3, 4, 4, 6, 6, 8, 8, 10)


@dataclass(frozen=True)
class Variant:
    """A control network of `width` for a base UNet. `heads(channels)` gives (heads, inner width)."""

    kind: str
    infusion: str
    width: int
    base: UNetModel
    context: int
    sdxl: bool
    linear: bool
    learned: bool = False

    @property
    def eps(self) -> float:
        return 1e-5 if self.sdxl else 1e-6

    def heads(self, channels: int) -> tuple[int, int]:
        if not self.linear:
            return 8, 8 * max(8, channels // 8)
        return channels // divisor(channels, 64 if self.sdxl else 8), channels


def divisor(number: int, limit: int) -> int:
    return max(d for d in range(1, limit + 1) if number % d == 0)


def weights(variant: Variant, seed: int = 0, spread: float = 0.1) -> dict[str, Tensor]:
    """A state dict with official keys, and uneven numbers in `scale_list`."""
    found: dict[str, Tensor] = {}
    generator = torch.Generator().manual_seed(seed)
    base, cat = variant.base, variant.infusion == "cat"
    ratio, embedded = variant.width, base.time_embed[0].out_features

    def layer(name: str, *sizes: int, bias: bool = True) -> None:
        found[f"{name}.weight"] = torch.randn(sizes, generator=generator) * spread
        if bias:
            found[f"{name}.bias"] = torch.randn(sizes[:1], generator=generator) * spread

    def norm(name: str, width: int) -> None:
        layer(name, width)
        found[f"{name}.weight"] += 1

    def resnet(name: str, inner: int, outer: int) -> None:
        norm(f"{name}.in_layers.0", inner)
        layer(f"{name}.in_layers.2", outer, inner, 3, 3)
        layer(f"{name}.emb_layers.1", outer, embedded)
        norm(f"{name}.out_layers.0", outer)
        layer(f"{name}.out_layers.3", outer, outer, 3, 3)
        if inner != outer:
            layer(f"{name}.skip_connection", outer, inner, 1, 1)

    def transformer(name: str, width: int, depth: int) -> None:
        inner, kernel = variant.heads(width)[1], () if variant.linear else (1, 1)
        norm(f"{name}.norm", width)
        layer(f"{name}.proj_in", inner, width, *kernel)
        for i in range(depth):
            block = f"{name}.transformer_blocks.{i}"
            for attention, keys in (("attn1", inner), ("attn2", variant.context)):
                layer(f"{block}.{attention}.to_q", inner, inner, bias=False)
                layer(f"{block}.{attention}.to_k", inner, keys, bias=False)
                layer(f"{block}.{attention}.to_v", inner, keys, bias=False)
                layer(f"{block}.{attention}.to_out.0", inner, inner)
            layer(f"{block}.ff.net.0.proj", 8 * inner, inner)
            layer(f"{block}.ff.net.2", inner, 4 * inner)
            for i in (1, 2, 3):
                norm(f"{block}.norm{i}", inner)
        layer(f"{name}.proj_out", width, inner, *kernel)

    def inward(name: str, theirs: int, ours: int) -> int:
        """An exchange from the base, and the width of the control's features after it."""
        layer(f"{name}.0", theirs if cat else ours, theirs, 1, 1)
        return ours + theirs if cat else ours

    def mirrored(block: torch.nn.Module, name: str, width: int) -> int:
        """A control block like the base's `block`; the width that it leaves."""
        for i, part in enumerate(block):
            kind, theirs = type(part).__name__, None
            if kind == "ResBlock":
                theirs = part.out_channels * ratio // base.model_channels
                resnet(f"{name}.{i}", width, theirs)
            elif kind == "SpatialTransformer":
                transformer(f"{name}.{i}", width, len(part.transformer_blocks))
            elif kind == "Downsample":
                theirs = part.out_channels * ratio // base.model_channels
                layer(f"{name}.{i}.op", theirs, width, 3, 3)
            elif kind == "Upsample":
                layer(f"{name}.{i}.conv", width, width, 3, 3)
            else:
                theirs = ratio
                layer(f"{name}.{i}", theirs, 4, 3, 3)
            width = theirs or width
        return width

    for i, (inner, outer) in enumerate(zip(HINT, (*HINT[1:], ratio))):
        layer(f"input_hint_block.{2 * i}", outer, inner, 3, 3)
    if variant.learned:
        layer("control_model.time_embed.0", embedded, base.model_channels)
        layer("control_model.time_embed.2", embedded, embedded)
    skips, theirs, width, outward = [], [], 0, 0
    for n, block in enumerate(base.input_blocks):
        width = mirrored(block, f"control_model.input_blocks.{n}", width)
        skips.append(width)
        theirs.append(width * base.model_channels // ratio)
        if variant.kind != "A":
            layer(f"enc_zero_convs_out.{n}.0", theirs[-1], width, 1, 1)
            outward += 1
        width = inward(f"enc_zero_convs_in.{n}", theirs[-1], width)
    width = mirrored(base.middle_block, "control_model.middle_block", width)
    running = theirs[-1]
    layer("middle_block_out.0", running, width, 1, 1)
    if variant.kind == "C":
        width = inward("middle_block_in", running, width)
    for n, block in enumerate(base.output_blocks):
        if variant.kind == "C":
            width = mirrored(block, f"control_model.output_blocks.{n}", width + skips.pop())
            running = width * base.model_channels // ratio
            layer(f"dec_zero_convs_out.{n}.0", running, width, 1, 1)
            width = inward(f"dec_zero_convs_in.{n}", running, width)
        else:
            layer(f"dec_zero_convs_out.{n}.0", running, skips.pop(), 1, 1)
            running = block[0].out_channels
    outward += 1 + len(base.output_blocks)
    found["scale_list"] = 0.5 + torch.rand(outward, generator=generator)
    return found


class Straight:
    """The control network's layers as functions of its state dict `w`; only the first `keep` blocks are run."""

    def __init__(self, variant: Variant, w: dict[str, Tensor], keep: int = 99):
        self.variant, self.w, self.keep = variant, w, keep

    def layer(self, name: str, x: Tensor, **options) -> Tensor:
        weight, bias = self.w[f"{name}.weight"], self.w.get(f"{name}.bias")
        return F.conv2d(x, weight, bias, **options) if weight.ndim == 4 else F.linear(x, weight, bias)

    def norm(self, name: str, x: Tensor, eps: float) -> Tensor:
        return F.group_norm(x, divisor(x.shape[1], 32), self.w[f"{name}.weight"], self.w[f"{name}.bias"], eps)

    def resnet(self, name: str, x: Tensor, e: Tensor) -> Tensor:
        h = self.layer(f"{name}.in_layers.2", F.silu(self.norm(f"{name}.in_layers.0", x, 1e-5)), padding=1)
        h = h + self.layer(f"{name}.emb_layers.1", F.silu(e))[:, :, None, None]
        h = self.layer(f"{name}.out_layers.3", F.silu(self.norm(f"{name}.out_layers.0", h, 1e-5)), padding=1)
        return h + (self.layer(f"{name}.skip_connection", x) if f"{name}.skip_connection.weight" in self.w else x)

    def attend(self, name: str, x: Tensor, context: Tensor, heads: int) -> Tensor:
        q, k, v = (
            self.layer(f"{name}.to_{letter}", source).unflatten(2, (heads, -1)).movedim(2, 1)
            for letter, source in (("q", x), ("k", context), ("v", context))
        )
        share = torch.softmax(q @ k.transpose(2, 3) / q.shape[-1] ** 0.5, dim=-1)
        return self.layer(f"{name}.to_out.0", (share @ v).movedim(1, 2).flatten(2))

    def transformer(self, name: str, x: Tensor, context: Tensor) -> Tensor:
        heads, size = self.variant.heads(x.shape[1])[0], x.shape[2:]
        h = self.norm(f"{name}.norm", x, self.variant.eps)
        if self.variant.linear:
            h = self.layer(f"{name}.proj_in", h.flatten(2).mT)
        else:
            h = self.layer(f"{name}.proj_in", h).flatten(2).mT
        for i in range(10):
            block = f"{name}.transformer_blocks.{i}"
            if f"{block}.norm1.weight" not in self.w:
                break
            n = [lambda h, i=i, b=block: self.layer_norm(f"{b}.norm{i}", h) for i in (1, 2, 3)]
            normed = n[0](h)
            h = h + self.attend(f"{block}.attn1", normed, normed, heads)
            h = h + self.attend(f"{block}.attn2", n[1](h), context, heads)
            values, gate = self.layer(f"{block}.ff.net.0.proj", n[2](h)).chunk(2, dim=-1)
            h = h + self.layer(f"{block}.ff.net.2", values * F.gelu(gate))
        if self.variant.linear:
            return x + self.layer(f"{name}.proj_out", h).mT.unflatten(2, size)
        return x + self.layer(f"{name}.proj_out", h.mT.unflatten(2, size))

    def layer_norm(self, name: str, x: Tensor) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    def block(self, name: str, x: Tensor, e: Tensor, context: Tensor, size=None) -> Tensor:
        for i in range(3):
            part = f"{name}.{i}"
            if f"{part}.in_layers.2.weight" in self.w:
                x = self.resnet(part, x, e)
            elif f"{part}.proj_in.weight" in self.w:
                x = self.transformer(part, x, context)
            elif f"{part}.op.weight" in self.w:
                x = self.layer(f"{part}.op", x, stride=2, padding=1)
            elif f"{part}.conv.weight" in self.w:
                x = self.layer(f"{part}.conv", F.interpolate(x, size=size, mode="nearest"), padding=1)
            elif f"{part}.weight" in self.w:
                x = self.layer(part, x, padding=1)
        return x

    def hint(self, x: Tensor) -> Tensor:
        for i, stride in zip(range(0, 16, 2), (1, 1, 2, 1, 2, 1, 2, 1)):
            x = self.layer(f"input_hint_block.{i}", x if i == 0 else F.silu(x), stride=stride, padding=1)
        return x

    def infuse(self, name: str, h_ctrl: Tensor, h_base: Tensor) -> Tensor:
        news = self.layer(f"{name}.0", h_base)
        return torch.cat([h_ctrl, news], 1) if self.variant.infusion == "cat" else h_ctrl + news

    def run(self, x: Tensor, timesteps: Tensor, context: Tensor, y: Tensor | None, hint: Tensor, strength: float):
        """What the UNet returns under control; facts of ControlNet-XS, section 3.2, line by line."""
        base, kind, w = self.variant.base, self.variant.kind, self.w
        blocks = len(base.input_blocks)
        scales = iter(w["scale_list"] * strength if "scale_list" in w else [strength] * 100)
        sinus = timestep_embedding(timesteps, base.model_channels).to(x.dtype)
        e = base.time_embed(sinus)
        if self.variant.learned:
            own = F.silu(self.layer("control_model.time_embed.0", sinus))
            own = self.layer("control_model.time_embed.2", own)
            e = own * strength**0.3 + e * (1 - strength**0.3)
        if y is not None:
            e = e + base.label_emb(y)
        h_b, h_c, skips_b, skips_c = x, x[:, :4], [], []
        for n, block in enumerate(base.input_blocks):
            h_b = forward_timestep_embed(block, h_b, e, context, {})
            if n >= self.keep:
                next(scales) if kind in ("B", "C") else None
                skips_b.append(h_b)
                continue
            h_c = self.block(f"control_model.input_blocks.{n}", h_c, e, context)
            if n == 0:
                h_c = h_c + self.hint(hint)
            if kind in ("B", "C"):
                h_b = h_b + next(scales) * self.layer(f"enc_zero_convs_out.{n}.0", h_c)
            skips_b.append(h_b)
            skips_c.append(h_c)
            h_c = self.infuse(f"enc_zero_convs_in.{n}", h_c, h_b)
        h_b = forward_timestep_embed(base.middle_block, h_b, e, context, {})
        scale = next(scales)
        if blocks < self.keep:
            h_c = self.block("control_model.middle_block", h_c, e, context)
            h_b = h_b + scale * self.layer("middle_block_out.0", h_c)
            if kind == "C":
                h_c = self.infuse("middle_block_in", h_c, h_b)
        for n, block in enumerate(base.output_blocks):
            skip = skips_c.pop() if len(skips_c) == blocks - n else None
            if kind != "C":
                scale = next(scales)
                if skip is not None:
                    h_b = h_b + scale * self.layer(f"dec_zero_convs_out.{n}.0", skip)
            h_b = torch.cat([h_b, skips_b.pop()], dim=1)
            output_shape = skips_b[-1].shape if skips_b else None
            h_b = forward_timestep_embed(block, h_b, e, context, {}, output_shape)
            if kind == "C" and n < blocks - 1 and blocks + 1 + n < self.keep:
                size = skips_c[-1].shape[2:]
                h_c = torch.cat([h_c, skip], dim=1)
                h_c = self.block(f"control_model.output_blocks.{n}", h_c, e, context, size)
                h_b = h_b + next(scales) * self.layer(f"dec_zero_convs_out.{n}.0", h_c)
                h_c = self.infuse(f"dec_zero_convs_in.{n}", h_c, h_b)
        return base.out(h_b)
