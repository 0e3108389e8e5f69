"""The shipped practice model, as ComfyUI's own nodes use it."""

import nodes as comfy_nodes
import pytest
import torch

from armature.control.mask import effect_mask
from armature.control.schedule import Schedule, Values
from armature.control.unit import Manner
from armature.fidelity.edges import edge_fidelity
from armature.host.applying import Application, apply, apply_control
from armature.host.loading import load_control
from armature.host.practice import WEIGHTS, load_photo, load_practice_model, practice_controls
from armature.host.union import with_type
from armature.practice.maps import depth, images, scribbles, segments
from armature.practice.world import HELD_OUT_SEEDS, scene
from armature.preprocessors.edges.canny import canny

LARGEST = 32e6
MAPS = {
    "depth": depth,
    "hed/pidi/scribble/ted": lambda scenes: scribbles(images(scenes)),
    "canny/lineart/anime_lineart/mlsd": lambda scenes: canny(images(scenes)),
    "segment": segments,
}
COURSES = (Values((1.0, 0.0)), Values((0.0, 1.0)))  # the first half of a run, and the second


@pytest.fixture(scope="module")
def practice():
    return load_practice_model()


def encode(clip, text):
    return comfy_nodes.CLIPTextEncode().encode(clip, text)[0]


def draw(practice, positive, negative, side=128, steps=8, seed=5):
    model, _, vae = practice
    (latent,) = comfy_nodes.EmptyLatentImage().generate(side, side)
    (drawn,) = comfy_nodes.KSampler().sample(model, seed, steps, 3.0, "euler", "normal", positive, negative, latent)
    return comfy_nodes.VAEDecode().decode(vae, drawn)[0]


def test_all_weights_fit_their_budget():
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*.safetensors")) <= LARGEST
    assert list(practice_controls()) == [
        *(f"practice_canny{family}.safetensors" for family in ("", "_lllite", "_t2i_adapter", "_xs")),
        "practice_union.safetensors",
    ]


def test_the_photo_is_an_image():
    photo = load_photo()
    assert photo.shape == (1, 256, 256, 3) and 0 <= photo.min() < photo.max() <= 1


def test_core_nodes_draw_with_it(practice):
    model, clip, _vae = practice
    image = draw(practice, encode(clip, "a (large:1.3) red circle on a blue ground"), encode(clip, ""))
    assert image.shape == (1, 128, 128, 3) and image.isfinite().all()
    assert len(model.model.latent_format.latent_rgb_factors) == 8


def test_the_prompt_decides_the_colours(practice):
    _, clip, _ = practice
    images = {}
    for name in ("red", "blue"):
        images[name] = draw(practice, encode(clip, f"a large white circle on a {name} ground"), encode(clip, ""))
    means = {name: image.mean(dim=(0, 1, 2)) for name, image in images.items()}
    assert means["red"][0] > means["blue"][0] and means["blue"][2] > means["red"][2]


def test_the_autoencoder_keeps_a_scene(practice):
    vae = practice[2]
    image = torch.from_numpy(scene(HELD_OUT_SEEDS).image)[None].float() / 255
    (latent,) = comfy_nodes.VAEEncode().encode(vae, image)
    assert latent["samples"].shape == (1, 8, 16, 16)
    (again,) = comfy_nodes.VAEDecode().decode(vae, latent)
    assert (again - image).abs().mean() < 0.03


def test_a_second_copy_of_the_model_can_be_made(practice):
    factory, arguments = practice[0].cached_patcher_init
    again = factory(*arguments, disable_dynamic=True)
    for key, value in practice[0].model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[key])


def f1_of_halves(practice, manner):
    """Mean F1 of the left and of the right half of four scenes."""
    clip, control, found = practice[1], load_control("practice_canny.safetensors"), []
    for i in range(4):
        s = scene(HELD_OUT_SEEDS + i)
        hint = canny(torch.from_numpy(s.image)[None].movedim(-1, 1).float() / 255)
        both = apply(
            encode(clip, s.caption), encode(clip, ""), Application(control, hint.movedim(1, -1), manner=manner)
        )
        drawn = canny(draw(practice, *both, steps=10).movedim(-1, 1))
        found.append([edge_fidelity(h, d)[0].f1 for h, d in zip(hint.chunk(2, dim=3), drawn.chunk(2, dim=3))])
    return torch.tensor(found).mean(dim=0).tolist()


def test_under_a_mask_only_its_half_follows_the_map(practice):
    left = torch.cat([torch.ones(1, 128, 64), torch.zeros(1, 128, 64)], dim=2)
    inside, outside = f1_of_halves(practice, Manner(mask=effect_mask(left)))
    assert inside > 0.5 and outside < 0.5 * inside


def test_the_first_steps_decide_the_shapes(practice):
    early, late = (f1_of_halves(practice, Manner(Schedule(course=course, basis="steps"))) for course in COURSES)
    assert sum(early) > 1.2 * sum(late)


def test_the_image_follows_the_map_and_only_under_control(practice):
    _, clip, _ = practice
    scenes = [scene(HELD_OUT_SEEDS + i) for i in range(4)]
    control, f1 = load_control("practice_canny.safetensors"), {0.0: 0.0, 1.0: 0.0}
    for s in scenes:
        hint = canny(torch.from_numpy(s.image)[None].movedim(-1, 1).float() / 255)
        for strength in f1:
            both = apply_control(
                encode(clip, s.caption), encode(clip, ""), control, hint.movedim(1, -1), strength, (0.0, 1.0)
            )
            (score,) = edge_fidelity(hint, canny(draw(practice, *both, steps=10).movedim(-1, 1)))
            f1[strength] += score.f1 / len(scenes)
    assert f1[1.0] > 2 * f1[0.0]


def edges_of_scenes(practice, control=None, hint=None):
    """The mean F1 of six held-out scenes' edges in what is drawn of their captions."""
    model, clip, vae = practice
    scenes = [scene(HELD_OUT_SEEDS + i) for i in range(6)]
    both = [[[torch.cat([encode(clip, s.caption)[0][0] for s in scenes]), {}]], encode(clip, "")]
    if control is not None:
        both = apply_control(*both, control, hint(scenes).movedim(1, -1), 1.0, (0.0, 1.0))
    (latent,) = comfy_nodes.EmptyLatentImage().generate(128, 128, len(scenes))
    (drawn,) = comfy_nodes.KSampler().sample(model, 5, 8, 3.0, "euler", "normal", *both, latent)
    found = canny(comfy_nodes.VAEDecode().decode(vae, drawn)[0].movedim(-1, 1))
    return sum(score.f1 for score in edge_fidelity(canny(images(scenes)), found)) / len(scenes)


@pytest.fixture(scope="module")
def uncontrolled(practice):
    return edges_of_scenes(practice)


@pytest.mark.parametrize("name", MAPS)
def test_the_union_follows_a_map_of_each_type_it_learned(practice, uncontrolled, name):
    union = with_type(load_control("practice_union.safetensors"), name)
    assert edges_of_scenes(practice, union, MAPS[name]) > 2 * uncontrolled


def test_a_union_map_under_another_type_is_followed_less(practice):
    union = load_control("practice_union.safetensors")
    right, wrong = (edges_of_scenes(practice, with_type(union, name), segments) for name in ("segment", "openpose"))
    assert right > wrong
