"""The stages of training: what they start from, and that they learn the right thing."""

from functools import partial

import pytest
import torch

from armature.practice.autoencoder import Autoencoder
from armature.practice.shape import LATENT_CHANNELS
from armature.practice.training.autoencoder import standardised
from armature.practice.training.base import Base, drop
from armature.practice.training.control import controlled, new_controlnet
from armature.practice.training.diffusion import sample, signal_levels, velocity_loss
from armature.practice.training.text import tokenize


@pytest.fixture(scope="module")
def base():
    torch.manual_seed(0)
    model = Base(tokenize(["a red circle on a blue ground"]).unique().tolist())
    with torch.no_grad():
        for parameter in model.unet.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    return model.eval().requires_grad_(False)


def inputs():
    generator = torch.Generator().manual_seed(1)
    x, t = torch.randn(2, LATENT_CHANNELS, 8, 8, generator=generator), torch.tensor([5, 700])
    return x, t, torch.rand(2, 3, 64, 64, generator=generator)


def test_a_new_controlnet_changes_nothing_bit_for_bit(base):
    control = new_controlnet(base.unet)
    x, t, hint = inputs()
    with torch.no_grad():
        context = base.text(tokenize(["a red circle", ""]))
        changed = controlled(base, control, control.encode(hint), x, t, context)
        torch.testing.assert_close(changed, base(x, t, context), rtol=0, atol=0)


def test_only_the_zero_convolutions_learn_at_first(base):
    control = new_controlnet(base.unet)
    x, t, hint = inputs()
    context = base.text(tokenize(["a red circle", ""]))
    controlled(base, control, control.encode(hint), x, t, context).square().mean().backward()
    names = [name for name, _ in control.named_parameters()]
    learning = [name for name, p in control.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0]
    assert learning == [name for name in names if name.startswith(("zero_convs", "middle_block_out"))]


def test_unknown_words_mean_nothing(base):
    with torch.no_grad():
        one, other = base.text(tokenize(["a zebra circle", "a yacht circle"]))
    assert torch.equal(one, other)


def test_the_published_text_encoder_is_the_trained_one(base):
    published = base.text.published()
    tokens = tokenize(["a red circle"])[0]
    table = published["text_model.embeddings.token_embedding.weight"]
    compact = base.text.clip.get_input_embeddings().weight
    assert torch.equal(table[tokens], compact[base.text.place[tokens]])
    assert int((table.abs().sum(dim=1) > 0).sum()) == len(base.text.known)


def test_prompts_are_dropped_in_their_share():
    tokens = tokenize(["a red circle"]).expand(1000, -1)
    dropped = drop(tokens, 0.5, torch.Generator().manual_seed(0))
    empty = (dropped == tokenize([""])).all(dim=1)
    assert 450 < int(empty.sum()) < 550
    assert torch.equal(dropped[~empty], tokens[~empty])


def test_the_perfect_velocity_has_no_loss_and_samples_the_image():
    image = torch.randn(1, 2, 4, 4)

    def perfect(x, t):
        level = signal_levels()[t][:, None, None, None]
        noise = (x - level.sqrt() * image) / (1 - level).sqrt()
        return level.sqrt() * noise - (1 - level).sqrt() * image

    assert velocity_loss(perfect, image.expand(8, -1, -1, -1), torch.Generator().manual_seed(0)) < 1e-6
    torch.testing.assert_close(sample(perfect, torch.randn(1, 2, 4, 4)), image, rtol=1e-3, atol=1e-3)


def test_standardising_changes_the_latents_and_not_what_is_made_of_them():
    torch.manual_seed(0)
    model, image = Autoencoder(LATENT_CHANNELS), torch.rand(4, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        before = model.decoder[0](model.encode(image))
        after = standardised(model, image)
        latent = after.encode(image)
        inside = (..., slice(1, -1), slice(1, -1))  # at the border the padding means another colour now
        torch.testing.assert_close(after.decoder[0](latent)[inside], before[inside], rtol=1e-4, atol=1e-5)
    assert latent.std().item() == pytest.approx(1.0, rel=0.2)
    assert latent.mean(dim=(0, 2, 3)).abs().max() < 1e-4


def test_the_loss_falls_under_control(base):
    control = new_controlnet(base.unet)
    optimizer = torch.optim.AdamW(control.parameters(), 3e-3)
    x, _, hint = inputs()
    context = base.text(tokenize(["a red circle", ""]))
    losses = []
    for _ in range(25):
        denoise = partial(controlled, base, control, control.encode(hint), context=context)
        loss = velocity_loss(denoise, x, torch.Generator().manual_seed(0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
