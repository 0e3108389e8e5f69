"""UperNet on ConvNeXt: Xiao et al. 2018, arXiv:1807.10221; Liu et al. 2022, arXiv:2201.03545. Kept by transformers."""

from typing import Any

from ..pretrained import Pretrained, Published, Weights
from .hugging_face import Logits, count, filled, shape


def configuration(weights: Weights) -> Any:
    from transformers import ConvNextConfig, UperNetConfig

    stages = range(4)
    backbone = ConvNextConfig(
        depths=[count(weights, rf"^backbone\.encoder\.stages\.{stage}\..*\.dwconv\.weight") for stage in stages],
        hidden_sizes=[shape(weights, rf"hidden_states_norms\.stage{stage + 1}\.weight")[0] for stage in stages],
        out_features=[f"stage{stage + 1}" for stage in stages],
    )
    auxiliary, auxiliary_in = shape(weights, r"^auxiliary_head\.convs\.0\.conv\.weight")[:2]
    return UperNetConfig(
        backbone_config=backbone,
        hidden_size=shape(weights, r"^decode_head\.fpn_bottleneck\.conv\.weight")[0],
        auxiliary_in_channels=auxiliary_in,
        auxiliary_channels=auxiliary,
        num_labels=shape(weights, r"^decode_head\.classifier\.weight")[0],
    )


def build(weights: Weights, ops: Any) -> Logits:
    """Logits at the image's size."""
    from transformers import UperNetForSemanticSegmentation

    return Logits(filled(UperNetForSemanticSegmentation, configuration(weights), weights))


UPERNET = Pretrained(
    id="upernet",
    signature=(
        "decode_head.fpn_bottleneck.conv.weight",
        "auxiliary_head.classifier.weight",
        "backbone.encoder.stages.0.layers.0.dwconv.weight",
    ),
    build=build,
    files=(
        Published(
            name="upernet_convnext_small_ade20k.bin",
            url="https://huggingface.co/openmmlab/upernet-convnext-small/resolve/main/pytorch_model.bin",
            size=None,
            sha256="76c163aa531ab7edfb3a77bbcc039e340645aa0ffe2b0ffcfc68755f550c76ea",
            licence="MIT",
        ),
    ),
    filled=True,
)
