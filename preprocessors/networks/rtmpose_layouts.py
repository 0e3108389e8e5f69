"""RTMPose's weights as mmpose names them and as an ONNX exporter leaves them, each batch norm in its convolution."""

from itertools import chain

from torch import Tensor

from ..pretrained import Weights, unwrapped

EPSILON = 1e-5  # mmcv's for SyncBN, with which it was trained
NORM = ("conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")
OWN = ("backbone.", "head.")  # how its names begin
RELATIVE_DEPTHS = (1, 2, 2, 1)  # of the four stages, in every size of the network
HEAD = (
    *("final_layer.weight", "final_layer.bias", "mlp.0.g", "mlp.1.weight", "gau.ln.g", "gau.uv.weight", "gau.gamma"),
    *("gau.beta", "gau.o.weight", "gau.res_scale.scale", "cls_x.weight", "cls_y.weight"),
)
BESIDE_BLOCKS, OF_BLOCK = 62, 6  # how many weights there are beside those of the blocks, and in each block


def canonical(weights: Weights) -> dict[str, Tensor]:
    return folded(named(unwrapped(weights)))


def folded(weights: Weights) -> dict[str, Tensor]:
    """Each whole batch norm `x.bn` as part of the convolution `x.conv`; all else stays as it is."""
    own = {key: weight for key, weight in weights.items() if not key.endswith(".bn.num_batches_tracked")}
    for name in [key.removesuffix(".bn.running_var") for key in weights if key.endswith(".bn.running_var")]:
        if all(f"{name}.{part}" in own for part in NORM):
            weight, scale, shift, mean, variance = (own.pop(f"{name}.{part}") for part in NORM)
            scale = scale / (variance + EPSILON).sqrt()
            own[f"{name}.conv.weight"], own[f"{name}.conv.bias"] = (
                weight * scale[:, None, None, None],
                shift - mean * scale,
            )
    return own


def named(weights: Weights) -> dict[str, Tensor]:
    """The weights with their names again, where an exporter has numbered those that it changed.

    It folds norms, transposes the matrices of linear layers and gives gamma the shape of what it multiplies; which is
    which tells the order of use, in which `read_onnx` gives them.
    """
    if all(key.startswith(OWN) for key in weights):
        return dict(weights)
    numbers = {key: weight for key, weight in weights.items() if weight.is_floating_point() and weight.ndim}
    depth, rest = divmod(len(numbers) - BESIDE_BLOCKS, OF_BLOCK * sum(RELATIVE_DEPTHS))
    if rest or depth < 1:
        return dict(weights)
    return {
        name: weight if key == name else _restored(name, weight)
        for name, (key, weight) in zip(_in_order(depth), numbers.items())
    }


def _restored(name: str, weight: Tensor) -> Tensor:
    if name.endswith("gamma"):
        return weight.reshape(weight.shape[-2:])
    return weight.mT if weight.ndim == 2 and name.endswith(".weight") else weight


def _in_order(depth: int) -> list[str]:
    """The names of all weights in the order in which the network uses them."""
    stages = [_stage(number, depth * relative) for number, relative in enumerate(RELATIVE_DEPTHS, 1)]
    layers = [*(f"backbone.stem.{index}.conv" for index in range(3)), *chain.from_iterable(stages)]
    return [f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")] + [f"head.{name}" for name in HEAD]


def _stage(number: int, blocks: int) -> list[str]:
    name, last = f"backbone.stage{number}", number == len(RELATIVE_DEPTHS)
    pooling = [f"{name}.1.conv1.conv", f"{name}.1.conv2.conv"] if last else []
    layer = f"{name}.{1 + last}"
    inside = ("conv1", "conv2.depthwise_conv", "conv2.pointwise_conv")
    parts = [f"{layer}.blocks.{index}.{part}.conv" for index in range(blocks) for part in inside]
    around = [f"{layer}.short_conv.conv", f"{layer}.main_conv.conv"]
    return [f"{name}.0.conv", *pooling, *around, *parts, f"{layer}.attention.fc", f"{layer}.final_conv.conv"]
