"""Shapes of small networks in the layout of the published ones, so that every preprocessor is seen in seconds."""

from collections.abc import Callable

from torch import nn

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
    "normalbae": lambda: NormalBAE(Widths(8, ((8, 1),) * 7, 16), (16, 16, 8, 8), 8, nn),
}


def shapes(id: str) -> dict[str, list[int]]:
    return {key: list(weight.shape) for key, weight in NETWORKS[id]().state_dict().items()}
