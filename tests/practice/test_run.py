"""A training run can be killed at any time, and ends as if it had not been."""

import pytest
import torch
from torch import nn

from armature.practice.training import run as run_module
from armature.practice.training.run import Run


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(run_module, "CHECKPOINT_EVERY", 5)


def started(folder, steps=20):
    torch.manual_seed(0)
    return Run(folder, "toy", nn.Linear(4, 4), steps, learning_rate=0.01)


def loss_of(run, dies_at=None):
    def loss(generator):
        if run.step == dies_at:
            raise KeyboardInterrupt
        x = torch.randn(8, 4, generator=generator)
        return (run.model(x) - x).square().mean()

    return loss


def test_a_killed_run_ends_like_one_that_was_not(tmp_path):
    whole, killed, resumed = (started(tmp_path / name) for name in ("whole", "killed", "killed"))
    whole.train(loss_of(whole))
    with pytest.raises(KeyboardInterrupt):
        killed.train(loss_of(killed, dies_at=13))
    resumed.train(loss_of(resumed))
    for a, b in zip(whole.model.parameters(), resumed.model.parameters()):
        assert torch.equal(a, b)
    for a, b in zip(whole.averaged.parameters(), resumed.averaged.parameters()):
        assert torch.equal(a, b)


def test_a_kill_while_writing_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    run = started(tmp_path)
    run.train(loss_of(run))
    before = run.checkpoint.read_bytes()

    def killed(state, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        run.save()
    assert run.checkpoint.read_bytes() == before


def test_a_loss_that_is_no_number_stops_the_run(tmp_path):
    run = started(tmp_path)
    with pytest.raises(FloatingPointError, match="step 0 is nan"):
        run.train(lambda generator: (run.model(torch.ones(1, 4)) * float("nan")).sum())
    assert not run.checkpoint.exists()


def test_it_learns_and_the_average_follows(tmp_path):
    run = started(tmp_path, steps=300)
    run.train(loss_of(run))
    x = torch.randn(64, 4)
    assert (run.averaged(x) - x).square().mean() < 0.05
