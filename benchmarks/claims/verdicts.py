"""What the papers claim, what a run says to it, and whether that is enough to say anything."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from .cells import Found
from .contenders import ADAPTER, CHOSEN, CONTROLNET
from .results import Results, number
from .statistics import Estimate, estimate

SMALL, LARGE, TYPE_A, TYPE_C = "XS-B 12.5 %", "XS-B 100 %", "XS-A 50 %", "XS-C 50 %"
F1, FRECHET = number("f1"), number("frechet")
SUDDEN = 0.5  # of all that F1 gains, from one point of the curve to the next
HALF = 0.6  # of the time, about
REPEATS, NOT, OPEN, ONE = "repeats", "does not repeat", "undecided", "one training: undecided"


class Verdict(NamedTuple):
    claim: str
    measured: str
    verdict: str


def verdicts(results: Results) -> Iterator[Verdict]:
    """Those whose trainings are there. `undecided`: the interval of the difference holds 0."""
    yield from _compared(results)
    yield from _ablated(results)
    if plain := list(results.runs(CONTROLNET, "canny").values()):
        yield _sudden(plain)
    chosen = results.runs(CHOSEN, "canny").get(0, {})
    if "blocks" in chosen:
        yield _encoder(chosen)
    yield _faster(results.found["speeds"])


def _compared(results: Results) -> Iterator[Verdict]:
    """Claims that one network is better than another; the first is claimed to be."""
    claims = (
        ("XS-B controls as well as ControlNet or better, with a part of its size", CHOSEN, CONTROLNET, F1, 1),
        (
            "XS-B's pictures are nearer to real ones than ControlNet's (FID 15.13, 21.18)",
            CHOSEN,
            CONTROLNET,
            FRECHET,
            -1,
        ),
        ("XS-B is better than XS-A (FID 15.13, 17.40)", CHOSEN, TYPE_A, F1, 1),
        ("XS-C is no better than XS-B (FID 15.34, 15.13)", CHOSEN, TYPE_C, F1, 1),
        ("a larger XS-B is slightly worse (FID 15.90, 15.13)", CHOSEN, LARGE, F1, 1),
        ("a much smaller XS-B controls less", CHOSEN, SMALL, F1, 1),
        ("XS-B controls better than a T2I-Adapter", CHOSEN, ADAPTER, F1, 1),
    )
    for hint in ("canny", "depth"):
        for claim, better, worse, of, sign in claims:
            difference = results.difference(better, worse, hint, of)
            if difference:
                name = "Fréchet" if of is FRECHET else "F1"
                measured = (
                    f"{hint}: {name} {_signed(difference)} for {better} against {worse}, {difference.runs} run(s)"
                )
                yield Verdict(claim, measured, _decided(difference, sign))


def _ablated(results: Results) -> Iterator[Verdict]:
    plain = results.runs(CONTROLNET, "canny").get(0)
    gaussian, undropped = (ask(CONTROLNET, "canny") for ask in (results.without_zero, results.without_drops))
    if plain and gaussian:
        before, after = (f"{cell['curve'][0]['frechet']:.3f}" for cell in (plain, gaussian))
        measured = f"before the first step Fréchet {before}, as without control; with Gaussian ones {after}"
        yield Verdict("zero convolutions keep the base from harm", measured, ONE)
        measured = f"after the last step F1 {plain['f1']:.3f}; with Gaussian ones {gaussian['f1']:.3f}"
        yield Verdict("zero convolutions lead to better control", measured, ONE)
    if plain and undropped:
        measured = f"F1 without prompt {plain['no_prompts']['f1']:.3f} against {undropped['no_prompts']['f1']:.3f}"
        yield Verdict("dropping half of the prompts lets the hint alone control", measured, ONE)


def _sudden(cells: list[Found]) -> Verdict:
    share = estimate([_largest_gain(cell["curve"]) for cell in cells])
    apart = cells[0]["curve"][1]["step"] - cells[0]["curve"][0]["step"]
    measured = f"of all that ControlNet's F1 gains, a share of {share} in {apart} of {cells[0]['steps']} steps"
    beyond = share._replace(mean=share.mean - SUDDEN)
    return Verdict("control comes suddenly (between steps 6100 and 6133)", measured, _decided(beyond, 1))


def _largest_gain(curve: list[Found]) -> float:
    """From one point to the next, as a share of what is gained in all."""
    values = [point["f1"] for point in curve]
    gained = max(values) - values[0]
    return max(after - before for before, after in pairwise(values)) / gained if gained else 0.0


def _encoder(cell: Found) -> Verdict:
    lost = {block: cell["f1"] - one["f1"] for block, one in cell["blocks"].items()}
    encoder, decoder = (sum(v for block, v in lost.items() if block.startswith(k)) for k in ("input", "skip"))
    measured = f"all F1 lost by single blocks of XS-B: {encoder:.3f} in the encoder, {decoder:.3f} in the decoder"
    return Verdict("the encoder's blocks matter more than the decoder's", measured, ONE)


def _faster(speeds: Found) -> Verdict:
    shares = [speeds[CHOSEN][key] / speeds[CONTROLNET][key] for key in ("training_s", "sampling_s")]
    training, sampling = (f"{share - 1:+.0%}" for share in shares)
    measured = f"XS-B against ControlNet: {training} time for a training step, {sampling} for a sampling step"
    return Verdict("XS is about twice as fast", measured, REPEATS if max(shares) < HALF else NOT)


def _decided(difference: Estimate, sign: int) -> str:
    if difference.half is None:
        return ONE
    if abs(difference.mean) <= difference.half:
        return OPEN
    return REPEATS if difference.mean * sign > 0 else NOT


def _signed(difference: Estimate) -> str:
    half = "" if difference.half is None else f" ± {difference.half:.3f}"
    return f"{difference.mean:+.3f}{half}"
