"""OneFormer on Swin-L: Jain et al. 2022, arXiv:2211.06220; Liu et al. 2021, arXiv:2103.14030. Kept by transformers.

It is asked for semantic segments only, so its text encoder, which only its training needs, is left out.
"""

from typing import Any

import torch
from torch import Tensor, nn

from ..pretrained import Pretrained, Published, Weights
from .hugging_face import count, filled, shape

TASK = (49406, 518, 10549, 533, 29119, 1550, 49407)  # CLIP's tokens of "the task is semantic"
HEAD = 32  # channels of a head of attention, in each Swin
TASK_LAYER = r"^model\.task_encoder\.task_mlp\.layers\.0\.0\.weight"
SPARED = r"text_mapper|criterion|prompt_ctx|encoder\.swin\.layernorm"  # for training; transformers 4 has no layernorm


class OneFormer(nn.Module):
    """(B, 3, H, W) by ImageNet's mean and deviation -> how likely each class is, (B, classes, H / 4, W / 4)."""

    def __init__(self, model: nn.Module, length: int):
        super().__init__()
        self.model, self.length = model, length

    def forward(self, image: Tensor) -> Tensor:
        task = torch.tensor([*TASK, *[0] * (self.length - len(TASK))], device=image.device)
        out = self.model(image, task.expand(len(image), -1))
        classes = out.class_queries_logits.softmax(-1)[..., :-1]  # the last is for queries that found nothing
        return torch.einsum("bqc,bqhw->bchw", classes, out.masks_queries_logits.sigmoid())


def configuration(weights: Weights) -> Any:
    from transformers import OneFormerConfig

    pixels, queries = r"^model\.pixel_level_module\.decoder\.", r"^model\.transformer_module\.decoder\."
    classes, hidden = shape(weights, rf"{queries}class_embed\.weight")
    mask, conv = shape(weights, rf"{pixels}mask_projection\.weight")[:2]
    return OneFormerConfig(
        backbone_config=_backbone(weights),
        num_labels=classes - 1,
        num_queries=shape(weights, r"^model\.transformer_module\.queries_embedder\.weight")[0],
        task_seq_len=shape(weights, TASK_LAYER)[1],
        hidden_dim=hidden,
        conv_dim=conv,
        mask_dim=mask,
        encoder_layers=count(weights, rf"{pixels}encoder\.layers\.\d+\.fc1\.weight"),
        encoder_feedforward_dim=shape(weights, rf"{pixels}encoder\.layers\.0\.fc1\.weight")[0],
        decoder_layers=1 + count(weights, rf"{queries}layers\.\d+\.ffn\.linear1\.weight"),
        query_dec_layers=count(weights, rf"{queries}query_transformer\.decoder\.layers\.\d+\.linear1\.weight"),
        dim_feedforward=shape(weights, rf"{queries}layers\.0\.ffn\.linear1\.weight")[0],
    )


def _backbone(weights: Weights) -> Any:
    from transformers import SwinConfig

    stages, encoder = range(4), r"^model\.pixel_level_module\.encoder\..*"
    width = shape(weights, rf"{encoder}patch_embeddings\.projection\.weight")[0]
    first = rf"{encoder}layers\.{{0}}\.blocks\.\d+\.layernorm_before\.weight"
    return SwinConfig(
        embed_dim=width,
        depths=[count(weights, first.format(stage)) for stage in stages],
        num_heads=[width * 2**stage // HEAD for stage in stages],
        window_size=(round(shape(weights, rf"{encoder}relative_position_bias_table")[0] ** 0.5) + 1) // 2,
        out_features=[f"stage{stage + 1}" for stage in stages],
    )


def build(weights: Weights, ops: Any) -> OneFormer:
    from transformers import OneFormerForUniversalSegmentation

    model = filled(OneFormerForUniversalSegmentation, configuration(weights), weights, SPARED)
    return OneFormer(model, shape(weights, TASK_LAYER)[1])


def canonical(weights: Weights) -> dict[str, Tensor]:
    """The weights as they are: all of their names begin with "model.", which others' wrap around."""
    return dict(weights)


def published(classes: str) -> Published:
    return Published(
        name=f"oneformer_{classes}_swin_large.bin",
        url=f"https://huggingface.co/shi-labs/oneformer_{classes}_swin_large/resolve/main/pytorch_model.bin",
        size=None,
        sha256=None,
        licence="MIT",
    )


ONEFORMER = Pretrained(
    id="oneformer",
    signature=(
        "model.transformer_module.queries_embedder.weight",
        "model.task_encoder.task_mlp.layers.0.0.weight",
        "model.pixel_level_module.decoder.mask_projection.weight",
    ),
    build=build,
    files=(published("ade20k"), published("coco")),
    canonical=canonical,
    filled=True,
)
