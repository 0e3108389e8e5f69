"""SegFormer: Xie et al. 2021, arXiv:2105.15203. Kept by transformers."""

from typing import Any

from ..pretrained import Pretrained, Published, Weights
from .hugging_face import Logits, count, filled, shape


def configuration(weights: Weights) -> Any:
    from transformers import SegformerConfig

    stages = range(4)  # first the names of transformers 4, which the published files have, then those of 5
    first = r"\.(block\.{0}\.\d+\.layer_norm_1|stages\.{0}\.blocks\.\d+\.layernorm_before)\.weight"
    embedding = r"\.(patch_embeddings\.{0}|stages\.{0}\.patch_embeddings)\.proj\.weight"
    return SegformerConfig(
        depths=[count(weights, first.format(stage)) for stage in stages],
        hidden_sizes=[shape(weights, embedding.format(stage))[0] for stage in stages],
        decoder_hidden_size=shape(weights, r"^decode_head\.linear_fuse\.weight")[0],
        num_labels=shape(weights, r"^decode_head\.classifier\.weight")[0],
    )


def build(weights: Weights, ops: Any) -> Logits:
    """Logits at a quarter of the size."""
    from transformers import SegformerForSemanticSegmentation

    return Logits(filled(SegformerForSemanticSegmentation, configuration(weights), weights))


SEGFORMER = Pretrained(
    id="segformer",
    signature=("decode_head.linear_fuse.weight", "decode_head.classifier.weight"),
    build=build,
    files=(
        Published(
            name="segformer_b5_ade20k.bin",
            url="https://huggingface.co/nvidia/segformer-b5-finetuned-ade-640-640/resolve/main/pytorch_model.bin",
            size=None,
            sha256=None,
            licence="NVIDIA Source Code License for SegFormer",
            non_commercial=True,
        ),
    ),
    filled=True,
)
