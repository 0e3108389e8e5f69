"""Depth Anything V2: Yang et al. 2024, arXiv:2406.09414. DINOv2 (arXiv:2304.07193) with the decoder of DPT.

The layers, names and sums are those of DepthAnything/Depth-Anything-V2, depth_anything_v2/dpt.py (Apache-2.0).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, relu

from ..pretrained import Pretrained, Published, Weights, unwrapped
from .dpt_names import ATTENTION, DECODER, Rule, renamed
from .refinement import Refinement
from .transformer import EPSILON, Block, as_map

PATCH = 14
TAPS = {24: (4, 11, 17, 23)}  # blocks whose tokens are looked at; else the last of each quarter
OFFSET = 0.1  # DINOv2 adds it to the number of patches, against rounding; the positions move by it


class PatchEmbedding(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.proj = ops.Conv2d(3, width, PATCH, PATCH)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x).flatten(2).transpose(1, 2)


class DinoV2(nn.Module):
    def __init__(self, width: int, depth: int, positions: int, ops: Any):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, positions, width))
        self.mask_token = nn.Parameter(torch.zeros(1, width))  # for its training; the files hold it
        self.patch_embed = PatchEmbedding(width, ops)
        self.blocks = nn.ModuleList(Block(width, ops, scaled=True) for _ in range(depth))
        self.norm = ops.LayerNorm(width, eps=EPSILON)
        self.taps = TAPS.get(depth, tuple(depth * quarter // 4 - 1 for quarter in (1, 2, 3, 4)))

    def forward(self, image: Tensor) -> list[Tensor]:
        """Four times the normalized tokens of the patches, (B, H / 14 * W / 14, width)."""
        tokens = self.patch_embed(image)
        x = torch.cat((self.cls_token.expand(len(image), -1, -1), tokens), 1)
        x, found = x + self._positions(image.shape[-2] // PATCH, image.shape[-1] // PATCH), []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.taps:
                found.append(self.norm(x)[:, 1:])
        return found

    def _positions(self, rows: int, columns: int) -> Tensor:
        side = round((self.pos_embed.shape[1] - 1) ** 0.5)
        if rows == columns == side:
            return self.pos_embed
        grid = as_map(self.pos_embed[:, 1:], side, side)
        scale = (rows + OFFSET) / side, (columns + OFFSET) / side
        resized = interpolate(grid, scale_factor=scale, mode="bicubic")
        return torch.cat((self.pos_embed[:, :1], resized.flatten(2).transpose(1, 2)), 1)


class Head(nn.Module):
    def __init__(self, width: int, widths: list[int], features: int, ops: Any):
        super().__init__()
        self.projects = nn.ModuleList(ops.Conv2d(width, own, 1) for own in widths)
        self.resize_layers = nn.ModuleList(
            (
                ops.ConvTranspose2d(widths[0], widths[0], 4, 4),
                ops.ConvTranspose2d(widths[1], widths[1], 2, 2),
                nn.Identity(),
                ops.Conv2d(widths[3], widths[3], 3, 2, padding=1),
            )
        )
        self.scratch = Refinement(widths, features, ops)
        self.scratch.output_conv1 = ops.Conv2d(features, features // 2, 3, padding=1)
        self.scratch.output_conv2 = nn.Sequential(
            ops.Conv2d(features // 2, 32, 3, padding=1), nn.ReLU(), ops.Conv2d(32, 1, 1)
        )

    def forward(self, tokens: list[Tensor], rows: int, columns: int) -> Tensor:
        layers = zip(tokens, self.projects, self.resize_layers)
        maps = [resize(project(as_map(one, rows, columns))) for one, project, resize in layers]
        x = self.scratch.output_conv1(self.scratch(maps))
        x = interpolate(x, (rows * PATCH, columns * PATCH), mode="bilinear", align_corners=True)
        return relu(self.scratch.output_conv2(x))


class DepthAnything(nn.Module):
    """(B, 3, H, W) by ImageNet's mean and deviation, sides multiples of 14 -> nearness (B, 1, H, W), 0 or more."""

    def __init__(self, width: int, depth: int, positions: int, widths: list[int], features: int, ops: Any):
        super().__init__()
        self.pretrained = DinoV2(width, depth, positions, ops)
        self.depth_head = Head(width, widths, features, ops)

    def forward(self, image: Tensor) -> Tensor:
        return self.depth_head(self.pretrained(image), image.shape[-2] // PATCH, image.shape[-1] // PATCH)


def build(weights: Weights, ops: Any) -> DepthAnything:
    _, positions, width = weights["pretrained.pos_embed"].shape
    depth = sum(key.startswith("pretrained.blocks.") and key.endswith(".norm1.weight") for key in weights)
    widths = [len(weights[f"depth_head.projects.{index}.weight"]) for index in range(4)]
    features = len(weights["depth_head.scratch.layer1_rn.weight"])
    return DepthAnything(width, depth, positions, widths, features, ops)


THEIRS: tuple[Rule, ...] = (
    *DECODER,
    *ATTENTION,
    (r"^scratch\.", "depth_head.scratch."),
    (r"^neck\.reassemble_stage\.layers\.(\d)\.projection", r"depth_head.projects.\1"),
    (r"^neck\.reassemble_stage\.layers\.(\d)\.resize", r"depth_head.resize_layers.\1"),
    (r"^head\.conv1", "depth_head.scratch.output_conv1"),
    (r"^head\.conv([23])", lambda found: f"depth_head.scratch.output_conv2.{2 * int(found[1]) - 4}"),
    (r"^backbone\.embeddings\.position_embeddings", "pretrained.pos_embed"),
    (r"^backbone\.embeddings\.patch_embeddings\.projection", "pretrained.patch_embed.proj"),
    (r"^backbone\.embeddings\.", "pretrained."),
    (r"^backbone\.encoder\.layer\.", "pretrained.blocks."),
    (r"^backbone\.layernorm", "pretrained.norm"),
    (r"\.layer_scale(\d)\.lambda1", r".ls\1.gamma"),
)


def canonical(weights: Weights) -> dict[str, Tensor]:
    return renamed(unwrapped(weights), THEIRS)


def _published(size: str, short: str, length: int, sha256: str, licence: str) -> Published:
    name = f"depth_anything_v2_{short}.pth"
    url = f"https://huggingface.co/depth-anything/Depth-Anything-V2-{size}/resolve/main/{name}"
    return Published(name, url, length, sha256, licence, non_commercial="NC" in licence)


SMALL_SHA256 = "715fade13be8f229f8a70cc02066f656f2423a59effd0579197bbf57860e1378"
BASE_SHA256 = "0d2b7002e62d39d655571c371333340bd88f67ab95050c03591555aa05645328"
LARGE_SHA256 = "a7ea19fa0ed99244e67b624c72b8580b7e9553043245905be58796a608eb9345"
DEPTH_ANYTHING_V2 = Pretrained(
    id="depth_anything_v2",
    signature=("pretrained.pos_embed", "pretrained.mask_token", "depth_head.projects.0.weight"),
    build=build,
    files=(
        _published("Small", "vits", 99_218_434, SMALL_SHA256, "Apache-2.0"),
        _published("Base", "vitb", 389_961_218, BASE_SHA256, "CC-BY-NC-4.0"),
        _published("Large", "vitl", 1_341_395_338, LARGE_SHA256, "CC-BY-NC-4.0"),
    ),
    canonical=canonical,
)
