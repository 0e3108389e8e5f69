"""MiDaS 3.0's DPT-hybrid: Ranftl et al. 2021, "Vision Transformers for Dense Prediction", arXiv:2103.13413.

The layers, names and sums are those of isl-org/MiDaS (MIT), midas/dpt_depth.py and vit.py: a ResNet-50 to 1/16, then a
transformer. The ResNet's convolutions are standardized as in BiT (Kolesnikov et al. 2019, arXiv:1912.11370).
"""

import re
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm, conv2d, interpolate, max_pool2d, pad, relu

from ..pretrained import Pretrained, Published, Weights, unwrapped
from .dpt_names import ATTENTION, DECODER, Rule, renamed
from .efficientnet import same_border
from .refinement import Refinement
from .transformer import EPSILON, Block, as_map

VIT = "pretrained.model."
GROUPS = 32
STANDARD_EPSILON = 1e-8  # huggingface/pytorch-image-models, timm/models/vision_transformer_hybrid.py


class Standardized(nn.Module):
    """A convolution whose filters have mean 0 and variance 1, with TensorFlow's border."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int):
        super().__init__()
        self.weight, self.stride = nn.Parameter(torch.zeros(outer, inner, kernel, kernel)), stride

    def forward(self, x: Tensor) -> Tensor:
        filters = self.weight.reshape(1, len(self.weight), -1)
        standard = batch_norm(filters, None, None, training=True, eps=STANDARD_EPSILON).reshape(self.weight.shape)
        return conv2d(pad(x, same_border(x, self.weight.shape[-1], self.stride)), standard, stride=self.stride)


class Projection(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int, ops: Any):
        super().__init__()
        self.conv = Standardized(inner, outer, 1, stride)
        self.norm = ops.GroupNorm(GROUPS, outer)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class Bottleneck(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int, first: bool, ops: Any):
        super().__init__()
        narrow = outer // 4
        self.downsample = Projection(inner, outer, stride, ops) if first else nn.Identity()
        self.conv1, self.norm1 = Standardized(inner, narrow, 1, 1), ops.GroupNorm(GROUPS, narrow)
        self.conv2, self.norm2 = Standardized(narrow, narrow, 3, stride), ops.GroupNorm(GROUPS, narrow)
        self.conv3, self.norm3 = Standardized(narrow, outer, 1, 1), ops.GroupNorm(GROUPS, outer)

    def forward(self, x: Tensor) -> Tensor:
        y = relu(self.norm1(self.conv1(x)))
        y = relu(self.norm2(self.conv2(y)))
        return relu(self.norm3(self.conv3(y)) + self.downsample(x))


class Stage(nn.Module):
    def __init__(self, inner: int, outer: int, count: int, stride: int, ops: Any):
        super().__init__()
        first = Bottleneck(inner, outer, stride, True, ops)
        self.blocks = nn.ModuleList([first, *(Bottleneck(outer, outer, 1, False, ops) for _ in range(count - 1))])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Stem(nn.Module):
    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.conv, self.norm = Standardized(3, width, 7, 2), ops.GroupNorm(GROUPS, width)

    def forward(self, image: Tensor) -> Tensor:
        x = relu(self.norm(self.conv(image)))
        return max_pool2d(pad(x, same_border(x, 3, 2)), 3, 2)  # after relu, zeros at the border are the least


class ResNet(nn.Module):
    """(B, 3, H, W) -> maps at 1/4, 1/8 and 1/16."""

    def __init__(self, stem: int, counts: list[int], ops: Any):
        super().__init__()
        self.stem, self.stages = Stem(stem, ops), nn.ModuleList()
        inner, outer = stem, 4 * stem
        for index, count in enumerate(counts):
            self.stages.append(Stage(inner, outer, count, 2 if index else 1, ops))
            inner, outer = outer, 2 * outer

    def forward(self, image: Tensor) -> list[Tensor]:
        x, maps = self.stem(image), []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class Embedding(nn.Module):
    def __init__(self, stem: int, counts: list[int], width: int, ops: Any):
        super().__init__()
        self.backbone = ResNet(stem, counts, ops)
        self.proj = ops.Conv2d(4 * stem * 2 ** (len(counts) - 1), width, 1)


class HybridTransformer(nn.Module):
    def __init__(self, stem: int, counts: list[int], width: int, depth: int, positions: int, ops: Any):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, positions, width))
        self.patch_embed = Embedding(stem, counts, width, ops)
        self.blocks = nn.ModuleList(Block(width, ops) for _ in range(depth))
        self.norm = ops.LayerNorm(width, eps=EPSILON)  # not looked at; the files hold it

    def forward(self, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Maps at 1/4 and 1/8, and all tokens (B, 1 + H / 16 * W / 16, width) of two blocks."""
        *maps, deepest = self.patch_embed.backbone(image)
        tokens = self.patch_embed.proj(deepest).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(len(image), -1, -1), tokens), 1) + self._positions(*deepest.shape[-2:])
        found = []
        for block in self.blocks:
            x = block(x)
            found.append(x)
        return maps, [found[len(found) * 3 // 4 - 1], found[-1]]

    def _positions(self, rows: int, columns: int) -> Tensor:
        side = round((self.pos_embed.shape[1] - 1) ** 0.5)
        grid = interpolate(as_map(self.pos_embed[:, 1:], side, side), (rows, columns), mode="bilinear")
        return torch.cat((self.pos_embed[:, :1], grid.flatten(2).transpose(1, 2)), 1)


class Readout(nn.Module):
    """The tokens of patches, each with the class token's say in it."""

    def __init__(self, width: int, ops: Any):
        super().__init__()
        self.project = nn.Sequential(ops.Linear(2 * width, width), nn.GELU())

    def forward(self, tokens: Tensor) -> Tensor:
        patches = tokens[:, 1:]
        return self.project(torch.cat((patches, tokens[:, :1].expand_as(patches)), -1))


class Encoder(nn.Module):
    def __init__(self, transformer: HybridTransformer, width: int, ops: Any):
        super().__init__()
        self.model = transformer
        self.act_postprocess3 = nn.ModuleDict({"0": Readout(width, ops), "3": ops.Conv2d(width, width, 1)})
        self.act_postprocess4 = nn.ModuleDict({"0": Readout(width, ops), "3": ops.Conv2d(width, width, 1)})
        self.act_postprocess4["4"] = ops.Conv2d(width, width, 3, 2, padding=1)

    def forward(self, image: Tensor) -> list[Tensor]:
        maps, tokens = self.model(image)
        size = image.shape[-2] // 16, image.shape[-1] // 16
        for steps, one in zip((self.act_postprocess3, self.act_postprocess4), tokens):
            x = as_map(steps["0"](one), *size)
            for step in list(steps.values())[1:]:
                x = step(x)
            maps.append(x)
        return maps


class MiDaS(nn.Module):
    """(B, 3, H, W) in [-1, 1], sides multiples of 32 -> nearness (B, 1, H, W), 0 or more."""

    def __init__(self, transformer: HybridTransformer, width: int, widths: list[int], features: int, ops: Any):
        super().__init__()
        self.pretrained = Encoder(transformer, width, ops)
        self.scratch = Refinement(widths, features, ops)
        upsample = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        last = ops.Conv2d(features // 2, 32, 3, padding=1), nn.ReLU(), ops.Conv2d(32, 1, 1), nn.ReLU()
        self.scratch.output_conv = nn.Sequential(ops.Conv2d(features, features // 2, 3, padding=1), upsample, *last)

    def forward(self, image: Tensor) -> Tensor:
        return self.scratch.output_conv(self.scratch(self.pretrained(image)))


def build(weights: Weights, ops: Any) -> MiDaS:
    backbone = f"{VIT}patch_embed.backbone."
    counts = [
        sum(key.startswith(f"{backbone}stages.{index}.") and key.endswith(".conv3.weight") for key in weights)
        for index in range(3)
    ]
    depth = sum(key.startswith(f"{VIT}blocks.") and key.endswith(".norm1.weight") for key in weights)
    _, positions, width = weights[f"{VIT}pos_embed"].shape
    stem = len(weights[f"{backbone}stem.conv.weight"])
    transformer = HybridTransformer(stem, counts, width, depth, positions, ops)
    features = len(weights["scratch.layer1_rn.weight"])
    widths = [weights[f"scratch.layer{number}_rn.weight"].shape[1] for number in range(1, 5)]
    return MiDaS(transformer, width, widths, features, ops)


THEIRS: tuple[Rule, ...] = (
    *DECODER,
    *ATTENTION,
    (r"^head\.head\.", "scratch.output_conv."),
    (r"^neck\.reassemble_stage\.readout_projects\.([23])\.0", lambda found: post(found, "0.project.0")),
    (r"^neck\.reassemble_stage\.layers\.([23])\.projection", lambda found: post(found, "3")),
    (r"^neck\.reassemble_stage\.layers\.([23])\.resize", lambda found: post(found, "4")),
    (r"^dpt\.embeddings\.backbone\.bit\.embedder\.convolution", f"{VIT}patch_embed.backbone.stem.conv"),
    (r"^dpt\.embeddings\.backbone\.bit\.embedder\.norm", f"{VIT}patch_embed.backbone.stem.norm"),
    (r"^dpt\.embeddings\.backbone\.bit\.encoder\.(stages\.\d)\.layers", rf"{VIT}patch_embed.backbone.\1.blocks"),
    (r"^dpt\.embeddings\.projection", f"{VIT}patch_embed.proj"),
    (r"^dpt\.embeddings\.position_embeddings", f"{VIT}pos_embed"),
    (r"^dpt\.embeddings\.", VIT),
    (r"^dpt\.encoder\.layer\.", f"{VIT}blocks."),
    (r"^dpt\.layernorm", f"{VIT}norm"),
    (r"\.layernorm_before\.", ".norm1."),
    (r"\.layernorm_after\.", ".norm2."),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"\.output\.dense\.", ".mlp.fc2."),
)


def post(found: re.Match, place: str) -> str:
    return f"pretrained.act_postprocess{int(found[1]) + 1}.{place}"


def canonical(weights: Weights) -> dict[str, Tensor]:
    """The authors' names, without the classifier that the transformer was trained with first."""
    named = renamed(unwrapped(weights), THEIRS)
    return {key: weight for key, weight in named.items() if not key.startswith(f"{VIT}head.")}


MIDAS = Pretrained(
    id="midas_vitb_rn50_384",
    signature=(f"{VIT}patch_embed.backbone.stem.conv.weight", "scratch.refinenet1.out_conv.weight"),
    build=build,
    files=(
        Published(
            name="dpt_hybrid-midas-501f0c75.pt",
            url="https://huggingface.co/lllyasviel/Annotators/resolve/main/dpt_hybrid-midas-501f0c75.pt",
            size=492_757_791,
            sha256="501f0c75b3bca7daec6b3682c5054c09b366765aef6fa3a09d03a5cb4b230853",
            licence="MIT",
        ),
    ),
    canonical=canonical,
    channels_last=True,
)
