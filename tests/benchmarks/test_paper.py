"""The benchmark of the papers' claims in a few steps: what it finds, how it goes on, and what its page says."""

import json

import numpy as np
import pytest
import scipy.linalg
import torch

from armature.benchmarks import paper
from armature.benchmarks.claims import judge
from armature.benchmarks.claims.cells import BATCH, Cell
from armature.benchmarks.claims.contenders import ADAPTER, CHOSEN, CONTENDERS, CONTROLNET
from armature.benchmarks.claims.frechet import frechet_distance
from armature.benchmarks.claims.page import write_page
from armature.benchmarks.claims.results import Results
from armature.benchmarks.claims.speed import NONE
from armature.benchmarks.claims.statistics import estimate
from armature.benchmarks.claims.verdicts import NOT, ONE, OPEN, REPEATS, verdicts

TINY = paper.Size(steps=1, every=1, scenes=BATCH, held_out=2, reader_steps=1, rounds=1)
SPEEDS = {name: {"training_s": 0.2, "sampling_s": 0.1} for name in (*CONTENDERS, NONE)}
CELLS = [Cell(CONTROLNET, "canny", 0, 1, probed=True), Cell(CONTROLNET, "canny", 0, 1, zero=False)]
CELLS += [Cell(ADAPTER, "depth", 0, 1)]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Of a run whose speeds were known, with fewer scenes to compare with."""
    file = tmp_path_factory.mktemp("paper") / "x.json"
    kept = paper.Kept(file, TINY)
    kept.once("speeds", lambda: SPEEDS)
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(judge, "REFERENCES", 8)
        paper.run(kept, TINY, CELLS)
    return file


def test_every_cell_is_measured_before_and_behind_its_steps(file):
    found = json.loads(file.read_text())
    assert list(found["cells"]) == [cell.key for cell in CELLS]
    plain, gaussian, adapter = found["cells"].values()
    for cell in (plain, gaussian, adapter):
        assert [point["step"] for point in cell["curve"]] == [0, 1]
        assert 0 <= cell["f1"] <= 1 and 0 <= cell["no_prompts"]["f1"] <= 1 and cell["loss"] > 0
        assert cell["depth_mse"] > 0 and cell["frechet"] > 0 and cell["parameters"] > 100_000
    assert len(plain["blocks"]) == 13 and "blocks" not in adapter
    assert found["bounds"]["the scenes"]["f1"] == 1.0


def test_zero_convolutions_leave_the_base_as_it_is_and_gaussian_ones_do_not(file):
    found = json.loads(file.read_text())
    plain, gaussian, _ = found["cells"].values()
    alone = found["bounds"]["no control"]
    for name in ("f1", "depth_mse", "frechet"):
        assert plain["curve"][0][name] == alone[name]
    assert gaussian["curve"][0]["frechet"] != alone["frechet"]


def test_what_is_known_is_not_measured_again(file, monkeypatch):
    monkeypatch.setattr(paper, "measured", lambda *given: pytest.fail("measured again"))
    before = file.read_text()
    paper.run(paper.Kept(file, TINY), TINY, CELLS)
    assert file.read_text() == before
    with pytest.raises(SystemExit, match="another size"):
        paper.Kept(file, paper.QUICK)


def test_the_page_says_what_the_file_holds(file, tmp_path):
    found = json.loads(file.read_text())
    write_page(found, tmp_path)
    page = (tmp_path / "evidence.md").read_text()
    cell = found["cells"][CELLS[0].key]
    assert f"| {CONTROLNET} | 1,399k | 1 | {cell['f1']:.3f} | {cell['no_prompts']['f1']:.3f} |" in page
    pictures = {path.name for path in tmp_path.glob("*.png")}
    assert pictures == {name for name in pictures if f"]({name})" in page} and len(pictures) == 4


def cell(network, seed, f1, **more):
    usual = {"hint": "canny", "zero": True, "dropped": 0.5, "frechet": 1.0}
    return {"network": network, "seed": seed, "f1": f1, **usual, **more}


def told(cells):
    results = Results({"cells": dict(enumerate(cells)), "speeds": SPEEDS})
    return {one.claim: (one.measured, one.verdict) for one in verdicts(results)}


@pytest.mark.parametrize(
    "scores, verdict",
    [
        ({0: 0.1}, ONE),
        ({0: 0.1, 1: 0.11, 2: 0.09}, REPEATS),
        ({0: -0.1, 1: -0.11, 2: -0.09}, NOT),
        ({0: 0.1, 1: -0.1, 2: 0.05}, OPEN),
    ],
)
def test_a_verdict_needs_more_than_one_training(scores, verdict):
    cells = [cell(ADAPTER, seed, 0.3) for seed in scores] + [cell(CHOSEN, seed, 0.3 + s) for seed, s in scores.items()]
    measured, found = told(cells)["XS-B controls better than a T2I-Adapter"]
    assert found == verdict and measured.endswith(f", {len(scores)} run(s)")


def test_ablations_and_blocks_are_judged_over_their_seeds_too():
    at_first = {"zero": 1.0, "Gaussian": 1.5}
    cells = []
    for seed, gain in enumerate((0.1, 0.11, 0.09)):
        start = {
            name: {"curve": [{"step": n, "f1": n, "frechet": at} for n in (0, 1)], "steps": 1}
            for name, at in at_first.items()
        }
        for f1, more in ((0.5, {}), (0.5 - gain, {"dropped": 0.0})):
            cells.append(cell(CONTROLNET, seed, 0.5, no_prompts={"f1": f1}, **start["zero"], **more))
        cells.append(cell(CONTROLNET, seed, 0.5 + gain, zero=False, **start["Gaussian"]))
        blocks = {"input 0": {"f1": 0.3 - gain}, "input 1": {"f1": 0.3}, "skip 0": {"f1": 0.3}}
        cells.append(cell(CHOSEN, seed, 0.3, blocks=blocks))
    found = told(cells)
    assert found["zero convolutions keep the base from harm"][1] == REPEATS
    assert found["zero convolutions lead to better control"][1] == NOT
    assert found["dropping half of the prompts lets the hint alone control"][1] == REPEATS
    measured, verdict = found["the encoder's blocks matter more than the decoder's"]
    assert verdict == REPEATS and "0.100 ± 0.025 in the encoder, 0.000 ± 0.000 in the decoder, 3 run(s)" in measured


def test_an_interval_is_students():
    """1, 2, 3: deviation 1, t of two degrees of freedom 4.3027, over the root of three."""
    assert estimate([1.0, 2.0, 3.0]) == (2.0, pytest.approx(4.3027 / 3**0.5, abs=1e-4), 3)
    assert str(estimate([0.5])) == "0.500"


def test_the_frechet_distance_is_that_of_two_gaussians():
    torch.manual_seed(0)
    a, b = torch.randn(40, 5, dtype=torch.float64), 1 + 2 * torch.randn(30, 5, dtype=torch.float64)
    covariances = [np.cov(one.numpy().T) for one in (a, b)]
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    expected = (a.mean(0) - b.mean(0)).square().sum().item() + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-8)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
