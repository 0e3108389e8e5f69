"""What the papers claim, what a run says to it, and whether that is enough to say anything."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from .cells import Found
from .contenders import ADAPTER, CHOSEN, CONTROLNET
from .results import Number, Results, Runs, at_first, difference, lost_without, mean, number, without_prompts
from .statistics import Estimate

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
    if plain := results.runs(CONTROLNET, "canny"):
        yield _sudden(plain)
    if probed := {seed: cell for seed, cell in results.runs(CHOSEN, "canny").items() if "blocks" in cell}:
        yield _encoder(probed)
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
            found = difference(results.runs(better, hint), results.runs(worse, hint), of)
            if found:
                name = "Fréchet" if of is FRECHET else "F1"
                measured = f"{hint}: {name} {_signed(found)} for {better} against {worse}, {found.runs} run(s)"
                yield Verdict(claim, measured, _decided(found, sign))


def _ablated(results: Results) -> Iterator[Verdict]:
    plain = results.runs(CONTROLNET, "canny")
    gaussian, undropped = results.runs(CONTROLNET, "canny", zero=False), results.runs(CONTROLNET, "canny", dropped=0.0)
    harm = "before the first step Fréchet {} for Gaussian ones against zero ones"
    use = "after the last step F1 {} for zero ones against Gaussian ones"
    alone = "F1 without prompt {} for half of them dropped against none"
    claims = (
        ("zero convolutions keep the base from harm", gaussian, plain, at_first("frechet"), harm),
        ("zero convolutions lead to better control", plain, gaussian, F1, use),
        ("dropping half of the prompts lets the hint alone control", plain, undropped, without_prompts("f1"), alone),
    )
    for claim, more, less, of, words in claims:
        if found := difference(more, less, of):
            yield Verdict(claim, f"{words.format(_signed(found))}, {found.runs} run(s)", _decided(found, 1))


def _sudden(runs: Runs) -> Verdict:
    share = mean(runs, _largest_gain)
    first = next(iter(runs.values()))
    apart = first["curve"][1]["step"] - first["curve"][0]["step"]
    measured = f"of all that ControlNet's F1 gains, a share of {share} in {apart} of {first['steps']} steps"
    beyond = share._replace(mean=share.mean - SUDDEN)
    return Verdict("control comes suddenly (between steps 6100 and 6133)", measured, _decided(beyond, 1))


def _largest_gain(cell: Found) -> float:
    """From one point of its curve to the next, as a share of what is gained in all."""
    values = [point["f1"] for point in cell["curve"]]
    gained = max(values) - values[0]
    return max(after - before for before, after in pairwise(values)) / gained if gained else 0.0


def _encoder(runs: Runs) -> Verdict:
    encoder, decoder = _lost_by("input"), _lost_by("skip")
    measured = (
        f"all F1 lost by single blocks of XS-B: {mean(runs, encoder)} in the encoder, {mean(runs, decoder)} in the "
        f"decoder, {len(runs)} run(s)"
    )
    found = mean(runs, lambda cell: encoder(cell) - decoder(cell))
    return Verdict("the encoder's blocks matter more than the decoder's", measured, _decided(found, 1))


def _lost_by(part: str) -> Number:
    return lambda cell: sum(lost for block, lost in lost_without(cell).items() if block.startswith(part))


def _faster(speeds: Found) -> Verdict:
    shares = [speeds[CHOSEN][key] / speeds[CONTROLNET][key] for key in ("training_s", "sampling_s")]
    training, sampling = (f"{share - 1:+.0%}" for share in shares)
    measured = f"XS-B against ControlNet: {training} time for a training step, {sampling} for a sampling step"
    return Verdict("XS is about twice as fast", measured, REPEATS if max(shares) < HALF else NOT)


def _decided(found: Estimate, sign: int) -> str:
    if found.half is None:
        return ONE
    if abs(found.mean) <= found.half:
        return OPEN
    return REPEATS if found.mean * sign > 0 else NOT


def _signed(found: Estimate) -> str:
    half = "" if found.half is None else f" ± {found.half:.3f}"
    return f"{found.mean:+.3f}{half}"
