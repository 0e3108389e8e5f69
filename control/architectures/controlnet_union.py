"""ControlNet Union and ProMax: one ControlNet for many types of hint, and for several hints at once.

xinsir 2024, xinsir6/ControlNetPlus, models/controlnet_union.py, Apache-2.0; huggingface/diffusers,
models/controlnets/controlnet_union.py. A hint's mean feature and the embedding of its type make a token; a small
transformer turns it into a shift of the hint's features, and the shifted features of all hints are added up.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import MissingInput, WrongControl
from ..architecture import Architecture, KeyMap, Layout, Signature
from ..backend import Attention, Backend
from ..checkpoint import Checkpoint
from ..layers.resnet import timestep_embedding
from ..model import ResidualModel
from ..residuals import Block, Residuals
from ..step import Step
from .controlnet import ControlNet, as_it_is, from_diffusers

TYPES = (
    "openpose",
    "depth",
    "hed/pidi/scribble/ted",
    "canny/lineart/anime_lineart/mlsd",
    "normal",
    "segment",
    "tile",
    "repaint",
)
"""By number; a Union knows the first six, a ProMax all."""

HEADS = 8  # of the transformer over tokens; not in the weights

Mathematics = Literal["core", "reference"]
"""How hints meet. Both are the same where all strengths are 1 and a hint is one image for the whole batch.

"core" computes for each image and each hint what ComfyUI computes for one, and scales what a hint adds by its strength.
"reference" is the authors' code: its attention runs over the images of a batch, which so influence each other, and the
strength scales the token, the features and the shift. The token that it makes of the noisy latent is left out, because
the tokens of one image never meet.
"""


@dataclass(frozen=True)
class Role:
    """The type of one hint, by number, and its strength among several."""

    type: int
    strength: float = 1.0


def divided(strengths: Sequence[float]) -> tuple[float, tuple[float, ...]]:
    """From the strength of each hint to that of the residuals, and those of the hints inside the network.

    One hint alone is scaled behind the network, as in ComfyUI and in the reference; several are scaled inside it.
    """
    return (strengths[0], (1.0,)) if len(strengths) == 1 else (1.0, tuple(strengths))


class ControlNetUnion(ResidualModel):
    """Hints (B, C, 8H, 8W), one for each role -> the residuals of a ControlNet. Without roles: one, of any type.

    Roles belong to one use of the network: `with_roles` gives a new object that shares the weights.
    """

    hole = 0.0  # black, as the authors' ProMax was trained

    def __init__(
        self,
        controlnet: ControlNet,
        type_network: "TypeNetwork",
        roles: tuple[Role, ...] = (),
        mathematics: Mathematics = "core",
    ):
        super().__init__()
        self.controlnet, self.type_network = controlnet, type_network
        self.roles, self.mathematics = roles, mathematics
        self.base, self.places, self.downscale_factor = controlnet.base, controlnet.places, controlnet.downscale_factor
        self.hint_channels, self.types = controlnet.hint_channels, TYPES[: type_network.count]
        self.variant = f"{'ProMax' if type_network.count == len(TYPES) else 'Union'}, for {', '.join(self.types)}"

    def typed(self, types: Sequence[int]) -> "ControlNetUnion":
        return self.with_roles([Role(number) for number in types])

    def with_roles(self, roles: Sequence[Role], mathematics: Mathematics = "core") -> "ControlNetUnion":
        """
        Raises:
            WrongControl: the network has no type of that number.
        """
        for role in roles:
            if not 0 <= role.type < self.type_network.count:
                wanted = TYPES[role.type] if 0 <= role.type < len(TYPES) else f"number {role.type}"
                raise WrongControl(
                    f"This ControlNet Union has no type {wanted}; it has {', '.join(self.types)}. "
                    "Choose one of these, or load the ProMax version, which has all."
                )
        return ControlNetUnion(self.controlnet, self.type_network, tuple(roles), mathematics)

    def encode(self, *hints: Tensor) -> Tensor:
        """Each (B, C, 8H, 8W) in [0, 1], in the order of the roles -> (B, width, H, W), their sum.

        Raises:
            MissingInput: there are more or fewer hints than roles.
        """
        expected = max(1, len(self.roles))
        if len(hints) != expected:
            raise MissingInput(
                f"This ControlNet Union takes {expected} here, one hint for each type chosen, and has {len(hints)}. "
                "Apply several hints with Apply Union Control."
            )
        features = [self.controlnet.encode(hint) for hint in hints]
        return reduce(add, map(self._shifted, features, self.roles)) if self.roles else features[0]

    def residuals(self, step: Step, encoded: Tensor, wanted: Collection[Block]) -> Residuals:
        embedding = self.controlnet.time_embedding(step)
        embedding = embedding + self.type_network.embedding([role.type for role in self.roles], embedding)
        return self.controlnet.trunk(step, encoded, self.controlnet.with_label(embedding, step), wanted)

    def _shifted(self, features: Tensor, role: Role) -> Tensor:
        """What one hint's (B, width, H, W) features become with those of its type."""
        token = self.type_network.token(features, role.type)
        if self.mathematics == "core":
            shift = self.type_network.shift(token[:, None])[:, 0]
            return role.strength * (features + shift[..., None, None])
        shift = self.type_network.shift(role.strength * token[None])[0]
        return role.strength * features + role.strength * shift[..., None, None]


class TypeNetwork(nn.Module):
    """What the network knows about the types, `count` of them, with the authors' names and their spelling."""

    def __init__(self, checkpoint: Checkpoint, backend: Backend):
        super().__init__()
        ops = backend.ops
        self.count, width = checkpoint.shape("task_embedding")
        blocks = range(checkpoint.count("transformer_layes"))
        self.task_embedding = nn.Parameter(torch.empty(self.count, width))
        self.transformer_layes = nn.Sequential(*(TokenBlock(width, backend) for _ in blocks))
        self.spatial_ch_projs = ops.Linear(width, checkpoint.shape("spatial_ch_projs.weight")[0])
        self.control_add_embedding = TypeEmbedder(self.count, checkpoint, ops)

    def embedding(self, types: Sequence[int], like: Tensor) -> Tensor:
        """(1, embedded): which types there are, for the embedding of the timestep."""
        return self.control_add_embedding(types, like)

    def token(self, features: Tensor, type_: int) -> Tensor:
        """(B, width, H, W) -> (B, width)."""
        mean = torch.mean(features, dim=(2, 3))
        return mean + self.task_embedding[type_].to(mean)

    def shift(self, tokens: Tensor) -> Tensor:
        """(N, T, width) -> (N, T, width), where T tokens attend to each other."""
        return self.spatial_ch_projs(self.transformer_layes(tokens))


class TypeEmbedder(nn.Module):
    """A set of types -> (1, embedded). Each type, present or not, is one sinusoid of 1 or 0."""

    def __init__(self, count: int, checkpoint: Checkpoint, ops):
        super().__init__()
        embedded, sinusoids = checkpoint.shape("control_add_embedding.linear_1.weight")
        self.count, self.width = count, sinusoids // count
        self.linear_1, self.linear_2 = ops.Linear(sinusoids, embedded), ops.Linear(embedded, embedded)

    def forward(self, types: Sequence[int], like: Tensor) -> Tensor:
        present = torch.tensor([float(number in types) for number in range(self.count)], device=like.device)
        sinusoids = timestep_embedding(present, self.width).to(like.dtype).reshape(1, -1)
        return self.linear_2(F.silu(self.linear_1(sinusoids)))


class TokenAttention(nn.Module):
    def __init__(self, width: int, ops, attention: Attention):
        super().__init__()
        self.in_proj, self.out_proj, self.attention = ops.Linear(width, 3 * width), ops.Linear(width, width), attention

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.in_proj(x).chunk(3, dim=-1)
        return self.out_proj(self.attention(q, k, v, HEADS, False))


class QuickGELU(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)  # Hendrycks and Gimpel 2016, arXiv:1606.08415


class TokenBlock(nn.Module):
    """(N, T, width) -> the same; CLIP's residual attention block."""

    def __init__(self, width: int, backend: Backend):
        super().__init__()
        ops = backend.ops
        self.attn = TokenAttention(width, ops, backend.attention)
        self.ln_1, self.ln_2 = ops.LayerNorm(width), ops.LayerNorm(width)
        c_fc, c_proj = ops.Linear(width, 4 * width), ops.Linear(4 * width, width)
        self.mlp = nn.Sequential(OrderedDict(c_fc=c_fc, gelu=QuickGELU(), c_proj=c_proj))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


def build(checkpoint: Checkpoint, backend: Backend) -> ControlNetUnion:
    return ControlNetUnion(
        ControlNet(checkpoint.part("controlnet."), backend), TypeNetwork(checkpoint.part("type_network."), backend)
    )


def _beside(trunk: KeyMap) -> KeyMap:
    """The names of a ControlNet's layout, and beside them those of the types; PyTorch's attention joins in_proj_*."""

    def canonical(checkpoint: Checkpoint) -> Mapping[str, str]:
        names = {key: f"controlnet.{name}" for key, name in trunk(checkpoint).items()}
        own = {key: key.replace(".in_proj_", ".in_proj.") for key in checkpoint.tensors if key.startswith(OWN)}
        return names | {key: f"type_network.{name}" for key, name in own.items()}

    return canonical


OWN = ("task_embedding", "transformer_layes.", "spatial_ch_projs.", "control_add_embedding.")
HAS = ("task_embedding", "control_add_embedding.linear_1.weight")

CONTROLNET_UNION = Architecture(
    id="ControlNet Union",
    layouts=(
        Layout("diffusers", Signature((*HAS, "controlnet_cond_embedding.conv_in.weight")), _beside(from_diffusers)),
        Layout("original", Signature((*HAS, "zero_convs.0.0.weight")), _beside(as_it_is)),
    ),
    build=build,
)
