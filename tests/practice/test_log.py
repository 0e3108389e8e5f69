"""A stage of training writes what it learns, and what is found of it."""

import json

import torch
from torch import nn

from armature.practice.training.run import LOG_EVERY, Log, checkpoint, stage


def test_a_stage_logs_its_loss_and_what_is_found(tmp_path, capsys):
    run = stage(tmp_path, "toy", nn.Linear(4, 4), LOG_EVERY, learning_rate=0.01)
    found = []

    def evaluate(averaged):
        found.append(averaged)
        return {"score": 1.0}

    log = Log(run, evaluate, every=10)
    run.train(lambda generator: run.model(torch.randn(8, 4, generator=generator)).square().mean(), log)
    lines = [json.loads(line) for line in (tmp_path / "toy.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [10, LOG_EVERY, LOG_EVERY] and lines[1]["loss"] > 0
    assert found == [run.averaged] * 2 and capsys.readouterr().out.count("toy {") == 3
    assert checkpoint(tmp_path, "toy").exists()
