"""Why a control does not act, in words."""

from .options import UNLIMITED
from .schedule import progress
from .step import Step
from .unit import Manner


def why_silent(manner: Manner, step: Step) -> str:
    """Of a step at which nothing acts; the first reason there is."""
    schedule = manner.schedule
    if not manner.fits(step):
        smallest, largest = manner.options.sizes
        upwards = "upwards" if largest == UNLIMITED else f"to {largest}"
        return f"the longer side of the latent is {max(step.size)}, and it acts from {smallest} {upwards}"
    if not schedule.covers(step):
        found = progress(step, schedule.basis)
        return (
            f"its range is {schedule.start_percent:g} to {schedule.end_percent:g} by {schedule.basis}, and this run "
            f"begins at {found:.3g}"
            + (". With denoise below 1, a schedule by steps counts this run's own" * (found > 0))
        )
    if any(found.mask.is_empty for found in manner.masks_at(step)):
        return "its mask is empty"
    if manner.strength_at(step) == 0.0:
        return "its schedule has strength 0"
    if not manner.rows(step).acting:
        return "it acts on the positive prompt alone"
    return "its block weights are all 0"
