"""Files that no architecture of ours loads: what they are, and where they belong.

Signatures exclude each other: a file bears those of one kind at most, in whatever order they are asked.
"""

from ..checkpoint import Checkpoint
from .adapters import ADAPTERS
from .loras import LORAS
from .model_patches import MODEL_PATCHES
from .networks import NETWORKS
from .parts import PARTS
from .relatives import RELATIVES
from .stranger import Stranger as Stranger
from .transformers import TRANSFORMERS

STRANGERS = (*RELATIVES, *TRANSFORMERS, *MODEL_PATCHES, *ADAPTERS, *LORAS, *PARTS, *NETWORKS)


def strangers_like(checkpoint: Checkpoint) -> list[Stranger]:
    """The kinds whose signature the checkpoint bears."""
    return [kind for kind in STRANGERS if not kind.signature.mismatches(checkpoint)]


def name_stranger(checkpoint: Checkpoint) -> str | None:
    """What the file is and what to do with it, in one sentence or two; None when it is no known kind."""
    kinds = strangers_like(checkpoint)
    if not kinds:
        return None
    names = dict.fromkeys(kind.what for kind in kinds)
    return f"{checkpoint.name} is {' or '.join(names)}. {kinds[0].advice}".strip()
