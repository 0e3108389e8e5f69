"""What people should know of a control file, as text."""

from collections import Counter

from .architecture import Architecture, Layout
from .checkpoint import Checkpoint
from .model import ControlModel

LONGEST_METADATA = 200  # characters of one entry; training tools store whole configurations


def describe(
    checkpoint: Checkpoint, architecture: Architecture, layout: Layout, model: ControlModel, pooled: bool
) -> str:
    """One fact a line: family, variant, layout, base, size, precision, blocks, hint, pooling, metadata.

    Tensors may be on the meta device. `pooled`: whether the residuals are averaged over the image.
    """
    tensors = checkpoint.tensors.values()
    precisions = Counter()
    for tensor in tensors:
        precisions[str(tensor.dtype).removeprefix("torch.")] += tensor.numel()
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    facts = {
        "file": checkpoint.name,
        "family": architecture.id,
        "variant": model.variant,
        "layout": layout.name,
        "base model": model.base.name,
        "parameters": f"{parameters / 1e6:.1f} M",
        "precision": ", ".join(name for name, _ in precisions.most_common()),
        "size": f"{size / 1e6:.1f} MB",
        "blocks": model.places.words(),
        "hint": f"{model.hint_channels} channels in 0..1, {model.downscale_factor} pixels for each latent pixel",
        "global pooling": "on" if pooled else "",
        **{f"metadata {key}": _short(value) for key, value in checkpoint.metadata.items()},
    }
    return "\n".join(f"{name}: {fact}" for name, fact in facts.items() if fact)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_METADATA else f"{value[:LONGEST_METADATA]}..."
