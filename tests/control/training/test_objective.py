"""What a batch holds: examples, noise and dropped prompts, drawn by the generator alone and shared by processes."""

from types import SimpleNamespace

import pytest
import torch

from armature.control.residuals import Block
from armature.control.training.objective import Example, Lessons, Prompt, cubic, joined, only_middle
from armature.errors import WrongControl

EMPTY = Prompt(torch.zeros(1, 1, 1))


def lessons(*sizes, **more):
    """Groups of so many examples, whose latents tell their group and number, and whose prompts are not empty."""
    words = Prompt(torch.ones(1, 1, 1))
    groups = [
        [Example(torch.tensor([group, n]), torch.zeros(3), words) for n in range(size)]
        for group, size in enumerate(sizes)
    ]
    return Lessons(groups, EMPTY, **more)


def drawn(these, seed=0):
    return these.pick(torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_prompts_are_dropped_in_their_share(share):
    count = 4000
    empty = sum(example.prompt is EMPTY for example in drawn(lessons(3, dropped=share, batch=count)))
    assert abs(empty - share * count) <= 4 * (count * share * (1 - share)) ** 0.5


def test_half_of_the_prompts_are_dropped_if_nothing_else_is_said():
    assert lessons(1).dropped == 0.5


def test_a_batch_is_of_one_group_and_every_example_as_likely():
    these = lessons(1, 3, batch=1)
    found = [tuple(drawn(these, seed)[0].latent.tolist()) for seed in range(800)]
    counts = [found.count(one) for one in ((0, 0), (1, 0), (1, 1), (1, 2))]
    assert sum(counts) == 800 and all(150 < count < 250 for count in counts)
    assert len({int(one.latent[0]) for one in drawn(lessons(2, 2, batch=50))}) == 1


@pytest.mark.parametrize("processes", [2, 3, 5])
def test_the_parts_of_a_batch_are_the_batch(processes):
    whole = drawn(lessons(4, batch=10))
    parts = [drawn(lessons(4, batch=10, part=(number, processes))) for number in range(processes)]
    together = [example for part in parts for example in part]
    assert [(a.latent.tolist(), a.prompt) for a in together] == [(a.latent.tolist(), a.prompt) for a in whole]


def test_prompts_of_unlike_lengths_are_repeated_to_the_longest():
    """As ComfyUI repeats them, which attention does not see."""
    short, long = Prompt(torch.rand(1, 2, 4)), Prompt(torch.rand(1, 6, 4))
    context, y = joined([short, long])
    assert context.shape == (2, 6, 4) and y is None and torch.equal(context[0], short.context[0].repeat(3, 1))


def test_a_t2i_adapter_learns_where_it_is_noisy():
    """The published density of shares is (1 - share) ** (-2/3) / 3, whose mean is 3/4."""
    shares = cubic(torch.linspace(0, 1, 10_001))
    assert shares.mean().item() == pytest.approx(0.75, abs=1e-3)


def test_only_the_middle_block_is_linked_on_a_small_scale():
    blocks: list[Block] = [("skip", 0), ("skip", 1), ("middle", 0)]
    control, adapter = (SimpleNamespace(places=SimpleNamespace(blocks=these)) for these in (blocks, blocks[:2]))
    scale = only_middle(control)
    assert [scale.factor(block) for block in blocks] == [0.0, 0.0, 1.0]
    with pytest.raises(WrongControl, match="no link to the middle"):
        only_middle(adapter)
