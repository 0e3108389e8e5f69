"""Keyframes that hold until the next one begins, each for a number of evaluations at least.

The walk is that of Kosinkadink/ComfyUI-Advanced-ControlNet (adv_control/utils.py, prepare_current_timestep), which
counts every change of the sigma as a step. One difference: there, a keyframe without a mask that does not inherit goes
on with the mask of the one before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .schedule import Keyframe, Moment, WalkedCourse, inherited

FIRST = Keyframe(0.0)  # in force until another one begins


@dataclass(frozen=True)
class HeldKeyframes(WalkedCourse):
    """Of several at one place all are passed in their order. One that begins before the run has no guarantee.

    Masks come on top of the control's own. Weights and strengths of images that the control has beat theirs.
    """

    keyframes: tuple[Keyframe, ...]

    def after(
        self, sigmas: Sequence[float], begun: Callable[[float, float], bool], ahead: Callable[[float], bool]
    ) -> Moment:
        frames = sorted((FIRST, *self.keyframes), key=lambda frame: frame.start)
        guaranteed = [0 if ahead(frame.start) else frame.guaranteed for frame in frames]
        passed: list[Keyframe] = []
        used = 0
        for sigma in sigmas:
            while len(passed) < len(frames) and (not passed or used >= guaranteed[len(passed) - 1]):
                if not begun(frames[len(passed)].start, sigma):
                    break
                passed.append(frames[len(passed)])
                used = 0
            used += 1
        now = passed[-1] if passed else FIRST
        weights, mask, images = (inherited(passed, name) for name in ("weights", "mask", "images"))
        return Moment(now.strength, weights, within=mask, images=images, others=now.others)
