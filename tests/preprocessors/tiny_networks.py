"""Shapes of small networks in the layout of the published ones, so that every preprocessor is seen in seconds."""

from collections.abc import Callable

from torch import Tensor, nn
from transformers import (
    BeitConfig,
    ConvNextConfig,
    OneFormerConfig,
    OneFormerForUniversalSegmentation,
    SegformerConfig,
    SegformerForSemanticSegmentation,
    SwinConfig,
    UperNetConfig,
    UperNetForSemanticSegmentation,
    ZoeDepthConfig,
    ZoeDepthForDepthEstimation,
)

from armature.preprocessors.networks.depth_anything_v2 import DepthAnything
from armature.preprocessors.networks.efficientnet import Widths
from armature.preprocessors.networks.hed import HolisticEdges
from armature.preprocessors.networks.line_art import Drawing
from armature.preprocessors.networks.line_art_anime import Sketch
from armature.preprocessors.networks.line_art_manga import StructuralLines
from armature.preprocessors.networks.midas import HybridTransformer, MiDaS
from armature.preprocessors.networks.mlsd import tiny
from armature.preprocessors.networks.normal_bae import NormalBAE
from armature.preprocessors.networks.pidinet import PixelDifferences
from armature.preprocessors.networks.teed import TinyEdges


def upernet() -> nn.Module:
    stages = [f"stage{number}" for number in range(1, 5)]
    backbone = ConvNextConfig(depths=[1, 1, 2, 1], hidden_sizes=[8, 16, 24, 32], out_features=stages)
    own = {"hidden_size": 8, "auxiliary_in_channels": 24, "auxiliary_channels": 12, "num_labels": 150}
    return UperNetForSemanticSegmentation(UperNetConfig(backbone_config=backbone, **own))


def segformer() -> nn.Module:
    own = {"depths": [1, 2, 1, 1], "hidden_sizes": [8, 16, 40, 64], "decoder_hidden_size": 16, "num_labels": 150}
    return SegformerForSemanticSegmentation(SegformerConfig(**own))


def oneformer(labels: int = 150) -> nn.Module:
    stages = [f"stage{number}" for number in range(1, 5)]
    sizes = {"embed_dim": 32, "depths": [1, 1, 2, 1], "num_heads": [1, 2, 4, 8], "window_size": 4}
    widths = {"hidden_dim": 32, "conv_dim": 32, "mask_dim": 32, "encoder_feedforward_dim": 40, "dim_feedforward": 48}
    layers = {"encoder_layers": 1, "decoder_layers": 3, "query_dec_layers": 1, "num_queries": 10}
    backbone = SwinConfig(out_features=stages, **sizes)
    config = OneFormerConfig(backbone_config=backbone, num_labels=labels, **widths, **layers)
    return OneFormerForUniversalSegmentation(config)


def zoe_depth() -> nn.Module:
    backbone = BeitConfig(
        image_size=64,
        num_hidden_layers=4,
        hidden_size=32,
        intermediate_size=64,
        num_attention_heads=2,
        use_relative_position_bias=True,
        reshape_hidden_states=False,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    common = {"n_bins": 16, "min_depth": 1e-3}
    bins = [{"name": "nyu", "max_depth": 10, **common}, {"name": "kitti", "max_depth": 80, **common}]
    config = ZoeDepthConfig(
        backbone_config=backbone,
        neck_hidden_sizes=[8, 8, 12, 12],
        fusion_hidden_size=16,
        bottleneck_features=16,
        num_relative_features=8,
        bin_embedding_dim=128,
        num_attractors=[4, 3, 2, 1],
        bin_centers_type="softplus",
        bin_configurations=bins,
        num_patch_transformer_layers=4,
        patch_transformer_hidden_size=128,
        patch_transformer_intermediate_size=64,
        patch_transformer_num_attention_heads=4,
    )
    return ZoeDepthForDepthEstimation(config)


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "depth_anything_v2": lambda: DepthAnything(64, 4, 1 + 4 * 4, [16, 8, 24, 32], 16, nn),
    "hed": lambda: HolisticEdges([8, 16, 32, 64, 64], nn),
    "lineart": lambda: Drawing(8, 16, 32, nn),
    "lineart_coarse": lambda: Drawing(8, 16, 32, nn),
    "lineart_anime": lambda: Sketch([8, 16, 32, 64, 64, 64, 64, 64], nn),
    "manga_line": lambda: StructuralLines([3, 6, 12, 24, 48], 2, nn),
    "mlsd": lambda: tiny(nn),
    "mteed": lambda: TinyEdges(nn),
    "pidinet": lambda: PixelDifferences([5, 10, 20, 20], 2, nn),
    "teed": lambda: TinyEdges(nn),
    "midas_vitb_rn50_384": lambda: MiDaS(
        HybridTransformer(32, [1, 1, 1], 64, 4, 1 + 3 * 3, nn), 64, [128, 256, 64, 64], 16, nn
    ),
    "upernet": upernet,
    "segformer": segformer,
    "oneformer": oneformer,
    "zoedepth": zoe_depth,
    "normalbae": lambda: NormalBAE(Widths(8, ((8, 1),) * 7, 16), (16, 16, 8, 8), 8, nn),
}


def shapes(id: str) -> dict[str, list[int]]:
    return {key: list(weight.shape) for key, weight in NETWORKS[id]().state_dict().items()}


def decided(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """OneFormer's weights with queries that are sure of different classes in different places."""
    sure = ("class_embed.weight", "mask_embed.layers.2.0.weight", "queries_embedder.weight")
    return {key: 30 * weight if key.endswith(sure) else weight for key, weight in weights.items()}
