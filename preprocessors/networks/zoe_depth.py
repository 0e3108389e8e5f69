"""ZoeDepth: Bhat et al. 2023, arXiv:2302.12288. BEiT-L, the decoder of DPT, bins of metres. Kept by transformers.

The values that no shape tells are those of transformers' convert_zoedepth_to_hf.py (Apache-2.0) for ZoeD_NK and ZoeD_N.
"""

from typing import Any

from torch import Tensor, nn

from ..pretrained import Pretrained, Published, Weights
from .hugging_face import count, filled, shape

FARTHEST = (("nyu", 10.0), ("kitti", 80.0))  # metres, of indoor and outdoor images
NEAREST = 1e-3
PATCH = 16
OTHERS = 3  # relative positions to and from the class token, and its own


class ZoeDepth(nn.Module):
    """(B, 3, H, W) in [-1, 1], sides multiples of 32 -> distances in metres (B, 1, H, W)."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Tensor:
        return self.model(image).predicted_depth[:, None]


def configuration(weights: Weights) -> Any:
    from transformers import ZoeDepthConfig

    several = count(weights, r"^metric_head\.patch_transformer\.") > 0
    bins = shape(weights, r"^metric_head\.seed_bin_regressors?\.(\w+\.)?conv2\.weight")[0]
    attractors = r"^metric_head\.attractors\.([a-z]+\.)?{0}\.conv2\.weight"
    return ZoeDepthConfig(
        backbone_config=_backbone(weights),
        neck_hidden_sizes=[shape(weights, rf"^neck\.reassemble_stage\.layers\.{i}\.projection")[0] for i in range(4)],
        fusion_hidden_size=shape(weights, r"^neck\.convs\.0\.weight")[0],
        bottleneck_features=shape(weights, r"^metric_head\.conv2\.weight")[0],
        num_relative_features=shape(weights, r"^relative_head\.conv2\.weight")[0],
        bin_embedding_dim=shape(weights, r"^metric_head\.projectors\.0\.conv2\.weight")[0],
        num_attractors=[shape(weights, attractors.format(index))[0] for index in range(4)],
        bin_centers_type="softplus",
        bin_configurations=[
            {"name": name, "n_bins": bins, "min_depth": NEAREST, "max_depth": farthest}
            for name, farthest in (FARTHEST if several else FARTHEST[:1])
        ],
        **(_patch_transformer(weights) if several else {}),
    )


def build(weights: Weights, ops: Any) -> ZoeDepth:
    from transformers import ZoeDepthForDepthEstimation

    return ZoeDepth(filled(ZoeDepthForDepthEstimation, configuration(weights), weights))


def _backbone(weights: Weights) -> Any:
    from transformers import BeitConfig

    positions, heads = shape(weights, r"relative_position_bias_table")
    depth = count(weights, r"^backbone\..*\.layernorm_before\.weight")
    return BeitConfig(
        image_size=PATCH * ((round((positions - OTHERS) ** 0.5) + 1) // 2),
        num_hidden_layers=depth,
        hidden_size=shape(weights, r"^backbone\..*embeddings\.cls_token")[-1],
        intermediate_size=shape(weights, r"^backbone\..*\.(intermediate\.dense|mlp\.fc1)\.weight")[0],
        num_attention_heads=heads,
        use_relative_position_bias=True,
        reshape_hidden_states=False,
        out_features=[f"stage{depth * quarter // 4}" for quarter in (1, 2, 3, 4)],
    )


def _patch_transformer(weights: Weights) -> dict[str, int]:
    inner, hidden = shape(weights, r"^metric_head\.patch_transformer\..*\.linear1\.weight")
    return {
        "num_patch_transformer_layers": count(weights, r"^metric_head\.patch_transformer\..*\.linear1\.weight"),
        "patch_transformer_hidden_size": hidden,
        "patch_transformer_intermediate_size": inner,
        "patch_transformer_num_attention_heads": 4,
    }


ZOE_DEPTH = Pretrained(
    id="zoedepth",
    signature=("metric_head.conv2.weight", "relative_head.conv3.weight", "neck.convs.0.weight"),
    build=build,
    files=(
        Published(
            name="zoedepth_nyu_kitti.safetensors",
            url="https://huggingface.co/Intel/zoedepth-nyu-kitti/resolve/main/model.safetensors",
            size=None,
            sha256=None,
            licence="MIT",
        ),
    ),
    filled=True,
)
