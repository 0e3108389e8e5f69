"""A training run can be stopped or killed at any time, and ends as if it had not been."""

import os
import signal
import subprocess
import sys
import threading
from itertools import combinations

import pytest
import torch
from torch import nn

from armature.control.training import run as run_module
from armature.control.training.run import Plan, Run, averaged, steps_taken
from armature.errors import TrainingFailed, UnreadableFile

PLAN = Plan(20, learning_rate=0.01, average=0.9, warmup=5, decay_from=0.75, keep_every=5)


def started(file, plan=PLAN, width=4):
    torch.manual_seed(0)
    return Run(nn.Linear(width, width), plan, file)


def loss_of(run, dies_at=None):
    def loss(generator):
        if run.step == dies_at:
            raise KeyboardInterrupt
        x = torch.randn(8, run.model.in_features, generator=generator)
        return (run.model(x) - x).square().mean()

    return loss


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def test_a_stopped_run_ends_like_one_that_was_not(tmp_path):
    whole, stopped = started(tmp_path / "whole.safetensors"), started(tmp_path / "stopped.safetensors")
    whole.train(loss_of(whole))
    with pytest.raises(KeyboardInterrupt):
        stopped.train(loss_of(stopped, dies_at=13))
    resumed = started(tmp_path / "stopped.safetensors")
    assert resumed.step == 13
    resumed.train(loss_of(resumed))
    assert same(whole.model, resumed.model) and same(whole.averaged, resumed.averaged)
    assert not same(resumed.model, resumed.averaged)


def test_what_follows_a_step_can_end_the_run(tmp_path):
    run = started(tmp_path / "run.safetensors")

    def cancel(run, value):
        if run.step == 7:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        run.train(loss_of(run), cancel)
    assert started(run.file).step == steps_taken(run.file) == 7


def test_a_loss_that_is_no_number_leaves_the_weights_before_it(tmp_path):
    run = started(tmp_path / "run.safetensors")
    good = loss_of(run)
    with pytest.raises(TrainingFailed, match="step 4 is nan"):
        run.train(lambda generator: good(generator) * (float("nan") if run.step == 3 else 1))
    assert started(run.file).step == 3 and all(p.isfinite().all() for p in run.model.parameters())


def test_an_infinite_gradient_leaves_the_weights_before_it(tmp_path):
    """The loss is a number where its slope is none: the root of nothing."""
    run = started(tmp_path / "run.safetensors")
    good = loss_of(run)

    def loss(generator):
        return good(generator) + (0 * run.model.weight.sum()).sqrt() if run.step == 3 else good(generator)

    with pytest.raises(TrainingFailed, match="gradient of step 4 is nan"):
        run.train(loss)
    assert started(run.file).step == 3 and all(p.isfinite().all() for p in run.model.parameters())


def test_a_stop_in_the_middle_of_an_update_costs_the_steps_since_the_last_checkpoint(tmp_path):
    whole, stopped = started(None), started(tmp_path / "run.safetensors")
    whole.train(loss_of(whole))

    def press(optimizer, *given):
        if stopped.step == 12:
            raise KeyboardInterrupt

    stopped.optimizer.register_step_post_hook(press)
    with pytest.raises(KeyboardInterrupt):
        stopped.train(loss_of(stopped))
    resumed = started(stopped.file)
    assert resumed.step == 10
    resumed.train(loss_of(resumed))
    assert same(whole.model, resumed.model) and same(whole.averaged, resumed.averaged)


def test_every_seed_trains_in_its_own_way():
    runs = [started(None, Plan(1, seed=seed)) for seed in (0, 1, 2**63 - 1)]
    for run in runs:
        run.train(loss_of(run))
    assert not any(same(a.model, b.model) for a, b in combinations(runs, 2))


KILLED = """
import os, pathlib, signal, sys
sys.path.insert(0, {root!r})
import standalone
standalone.load_pack()
import torch
from safetensors.torch import save
from armature.control.training import run as module
written = module.save_file

def half(tensors, path, metadata):
    if metadata["step"] == "3":
        path.write_bytes(save(tensors, metadata)[:-9])
        os.kill(os.getpid(), signal.SIGKILL)
    written(tensors, path, metadata=metadata)

module.save_file = half
run = module.Run(torch.nn.Linear(4, 4), module.Plan(9, keep_every=1), pathlib.Path(sys.argv[1]))
run.train(lambda generator: run.model(torch.ones(1, 4)).square().mean())
"""


def test_kill_nine_while_saving_loses_nothing(tmp_path):
    """It dies when it has written the third checkpoint but for its end."""
    file, root = tmp_path / "run.safetensors", os.path.dirname(os.path.dirname(run_module.__file__))
    done = subprocess.run([sys.executable, "-c", KILLED.format(root=os.path.dirname(root)), str(file)])
    assert done.returncode == -signal.SIGKILL
    resumed = started(file, Plan(9))
    assert resumed.step == 2 and torch.equal(averaged(file)["weight"], resumed.model.weight)


def test_accumulated_batches_are_one_large_one():
    x = torch.randn(4, 4)
    halves, whole = started(None, Plan(1, 0.01, accumulate=2)), started(None, Plan(1, 0.01))
    halves.train(lambda g: (halves.model(x[:2] if g.initial_seed() % 2 == 0 else x[2:])).square().mean())
    whole.train(lambda g: whole.model(x).square().mean())
    torch.testing.assert_close(halves.model.weight, whole.model.weight, rtol=0, atol=1e-7)


def test_the_average_follows_the_weights():
    """Every step keeps 0.6 of it; the first ones less: a tenth, two elevenths, three twelfths."""
    run = started(None, Plan(12, 0.01, average=0.6))
    expected, keeps = run.model.weight.detach().clone(), []

    def follow(run, value):
        keep = min(0.6, run.step / (9 + run.step))
        keeps.append(keep)
        expected.mul_(keep).add_(run.model.weight.detach(), alpha=1 - keep)

    run.train(loss_of(run), follow)
    assert keeps[0] == 0.1 and keeps[-1] < 0.6
    torch.testing.assert_close(run.averaged.weight, expected, rtol=0, atol=1e-7)


def test_the_rate_warms_up_and_falls():
    plan = Plan(100, learning_rate=1.0, warmup=10, decay_from=0.5)
    assert [plan.rate(n) for n in (0, 9, 40, 75)] == pytest.approx([0.1, 1.0, 1.0, 0.5])
    assert [Plan(100, learning_rate=1.0).rate(n) for n in (0, 99)] == [1.0, 1.0]


def test_it_learns():
    run = started(None, Plan(300, learning_rate=0.01, average=0.99))
    run.train(loss_of(run))
    x = torch.randn(64, 4)
    assert (run.averaged(x) - x).square().mean() < 0.05


def test_the_checkpoint_of_another_network_is_refused(tmp_path):
    run = started(tmp_path / "run.safetensors")
    run.train(loss_of(run))
    with pytest.raises(UnreadableFile, match="another training run"):
        started(run.file, width=5)


class Thread:
    """One of two that train as one, as processes do."""

    def __init__(self, number, meeting, given):
        self.part, self.meeting, self.given = (number, 2), meeting, given

    def mean(self, tensors):
        self.given[self.part[0]] = [tensor.clone() for tensor in tensors]
        self.wait()
        for tensor, *both in zip(tensors, *self.given):
            tensor.copy_(sum(both) / 2)
        self.wait()

    def wait(self):
        self.meeting.wait(timeout=30)


def test_two_that_go_on_from_unlike_checkpoints_are_told(tmp_path):
    run = started(tmp_path / "run.safetensors")
    run.train(loss_of(run))
    meeting, given = threading.Barrier(2), [None, None]
    files, refused = [run.file, tmp_path / "elsewhere.safetensors"], []

    def go_on(number):
        with pytest.raises(UnreadableFile, match="share its folder"):
            Run(nn.Linear(4, 4), PLAN, files[number], Thread(number, meeting, given))
        refused.append(number)

    threads = [threading.Thread(target=go_on, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == [0, 1]


def test_two_with_half_a_batch_each_are_one_with_all_of_it(tmp_path):
    """But for the rounding of sums in another order."""
    plan = Plan(20, learning_rate=0.01, accumulate=2, keep_every=5)
    x, meeting, given = torch.randn(8, 4), threading.Barrier(2), [None, None]
    runs = [started(tmp_path / f"{n}.safetensors", plan) for n in range(2)]
    for n, run in enumerate(runs):
        run.together = Thread(n, meeting, given)

    def loss(run, rows):
        return lambda generator: (run.model(x[rows]) * torch.rand((), generator=generator) - x[rows]).square().mean()

    threads = [
        threading.Thread(target=run.train, args=[loss(run, slice(4 * n, 4 * n + 4))]) for n, run in enumerate(runs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = started(None, plan)
    whole.train(loss(whole, slice(0, 8)))
    assert same(runs[0].model, runs[1].model) and whole.step == runs[0].step == 20
    torch.testing.assert_close(runs[0].model.weight, whole.model.weight, rtol=0, atol=1e-5)
    assert [run.file.exists() for run in runs] == [True, False]
