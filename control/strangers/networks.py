"""The networks that make control maps: they lie beside the control networks on download pages."""

from ..architecture import Signature
from .stranger import Stranger

MIDAS, NORMALS = "scratch.output_conv.4.bias", "encoder.original_model.conv_stem.weight"

KEYS = {
    "HED": ("block1.convs.0.weight", "block5.projection.bias"),
    "PiDiNet": ("init_block.weight", "conv_reduces.0.conv.weight"),
    "TEED": ("block_1.conv1.weight", "block_cat.DWconv2.bias"),
    "lineart": ("model0.1.weight", "model4.1.bias"),
    "anime lineart or LeReS++": ("model.model.0.weight", "model.model.1.model.1.weight"),
    "manga lineart": ("block0.model.0.conv1.model.0.weight",),
    "M-LSD": ("backbone.features.0.0.weight", "block16.conv1.0.weight"),
    "MiDaS": (MIDAS, "pretrained.model.cls_token"),
    "Depth Anything": ("depth_head.scratch.output_conv2.2.bias",),
    "Depth Anything, transformers layout": (
        "backbone.embeddings.cls_token",
        "neck.fusion_stage.layers.0.projection.weight",
    ),
    "DPT": ("dpt.embeddings.cls_token",),
    "ZoeDepth": ("metric_head.*",),
    "LeReS": ("depth_model.encoder_modules.encoder.conv1.weight",),
    "surface normals": (NORMALS,),
    "OpenPose body": ("model0.conv1_1.weight",),
    "OpenPose face": ("conv1_1.weight", "Mconv7_stage6.bias"),
    "OpenPose hands": ("model1_0.conv1_1.weight",),
    "DWPose": ("backbone.stem.0.conv.weight", "head.cls_y.weight"),
    "ViTPose": ("backbone.embeddings.position_embeddings", "head.conv.bias"),
    "anime faces": ("en_block0.0.0.weight",),
    "optical flow": ("transformer.layers.0.cross_attn_ffn.norm1.weight",),
    "SegFormer": ("segformer.*",),
    "UperNet": ("auxiliary_head.classifier.bias",),
    "Mask2Former or OneFormer": ("model.pixel_level_module.*",),
    "RT-DETR": ("model.decoder.bbox_embed.0.layers.0.weight",),
    "IS-Net": ("stage1.rebnconvin.conv_s1.weight",),
}
"""Every network's own keys, by what it is called."""

NETWORKS = tuple(
    Stranger(
        f"the network of a preprocessor ({name})",
        Signature(keys),
        "It makes control maps and controls nothing: it belongs to the pack that asks for it.",
    )
    for name, keys in KEYS.items()
)
