"""ViTPose, as transformers has it: Xu et al. 2022, "ViTPose: Simple Vision Transformer Baselines", arXiv:2204.12484.

Only the plain models with the simple decoder: those of several experts need to be told which data set to speak for.
"""

from typing import Any

from torch import Tensor, nn

from ..pretrained import Pretrained, Published, Weights
from .hugging_face import filled

POSITIONS = "backbone.embeddings.position_embeddings"
PATCHES = "backbone.embeddings.patch_embeddings.projection.weight"
HEAD = 64  # channels of an attention head in every size
ASPECT = 4 / 3  # of the crops that it looks at, height to width


class HeatMaps(nn.Module):
    """(B, 3, 256, 192) RGB, by ImageNet's mean and deviation -> heat maps of COCO's points (B, 17, 64, 48)."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of a crop, in pixels."""
        return tuple(self.model.config.backbone_config.image_size)

    def forward(self, image: Tensor) -> Tensor:
        return self.model(pixel_values=image).heatmaps


def build(weights: Weights, ops: Any) -> HeatMaps:
    from transformers import VitPoseConfig, VitPoseForPoseEstimation

    return HeatMaps(filled(VitPoseForPoseEstimation, VitPoseConfig(**_sizes(weights)), weights))


def _sizes(weights: Weights) -> dict[str, Any]:
    """transformers' configuration of what the weights are for."""
    channels, _, *patch = weights[PATCHES].shape
    patches = weights[POSITIONS].shape[1] - 1  # the first is the class token's
    columns = round((patches / ASPECT) ** 0.5)
    layers = {key.split(".")[3] for key in weights if key.startswith("backbone.encoder.layer.")}
    from transformers import VitPoseBackboneConfig

    backbone = VitPoseBackboneConfig(
        image_size=[patches // columns * patch[0], columns * patch[1]],
        patch_size=patch,
        hidden_size=channels,
        num_hidden_layers=len(layers),
        num_attention_heads=max(1, channels // HEAD),
        mlp_ratio=weights["backbone.encoder.layer.0.mlp.fc1.weight"].shape[0] // channels,
    )
    points = weights["head.conv.weight"].shape[0]
    return {"backbone_config": backbone, "use_simple_decoder": True, "num_labels": points}


VITPOSE = Pretrained(
    id="vitpose",
    signature=(POSITIONS, PATCHES, "backbone.encoder.layer.0.mlp.fc1.weight", "head.conv.weight"),
    build=build,
    files=(
        Published(
            name="vitpose-base-simple.safetensors",
            url="https://huggingface.co/usyd-community/vitpose-base-simple/resolve/main/model.safetensors",
            size=None,
            sha256=None,
            licence="Apache-2.0",
        ),
    ),
    filled=True,
)
