"""How far an image keeps to the regions of a map: the correlation ratio of its colours, given the regions.

Roche et al. 1998, doi:10.1007/BFb0056301. For depth in flat layers and for segments, whose own values cannot be found
again in an image without a model of its world.
"""

import torch
from torch import Tensor


def region_fidelity(hint: Tensor, image: Tensor) -> list[float]:
    """The share of the colours' variance that lies between the regions, for each pair of the two batches (B, C, H, W)
    in [0, 1]. A region is what has one colour of 8 bits in the hint.

    1 is one flat colour for each region, 0 is an image that knows nothing of them; of an image of one colour, it is 1
    where the hint has one region too.

    Raises:
        ValueError: the two differ in batch or size.
    """
    if (hint.shape[0], *hint.shape[-2:]) != (image.shape[0], *image.shape[-2:]):
        raise ValueError(
            f"The hint is {list(hint.shape)} and the image {list(image.shape)}; batch and size must agree."
        )
    return [_between(_regions(a), b.double().flatten(1).T) for a, b in zip(hint, image)]


def _regions(hint: Tensor) -> Tensor:
    """(H * W,): the number of each pixel's region."""
    return (hint.flatten(1).T * 255).round().unique(dim=0, return_inverse=True)[1]


def _between(regions: Tensor, colours: Tensor) -> float:
    """`colours` are (H * W, C)."""
    members = torch.nn.functional.one_hot(regions).double()
    sizes = members.sum(dim=0)
    apart = (members.T @ colours) / sizes[:, None] - colours.mean(dim=0)
    total = (colours - colours.mean(dim=0)).square().sum()
    if total == 0.0:
        return float(len(sizes) == 1)
    return float((sizes[:, None] * apart.square()).sum() / total)
