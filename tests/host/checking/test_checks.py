"""What is found in prompts before they run: all that is certain, and nothing else."""

import folder_paths
import nodes as comfy_nodes
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from armature.host.applying import Application, apply
from armature.host.checking.checks import check
from armature.host.checking.known_nodes import APPLIES
from armature.host.checking.sampler import covers_a_step, sigmas
from armature.host.control_files import control_files
from armature.host.loading import load_control
from armature.host.practice import load_practice_model
from armature.host.readout import Panel, Readout

from ..folders import folder as folder
from ..folders import roots
from . import files
from .prompts import graph, node, prompt


def found(given):
    return [(finding.node, finding.trouble) for finding in check(graph(given))]


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """ComfyUI's input folder with a photograph, a map, and that map inverted."""
    monkeypatch.setattr(folder_paths, "get_input_directory", lambda: str(tmp_path))
    photo = data.astronaut()
    edges = np.zeros((256, 256, 3), np.uint8)
    edges[::32] = 255
    for name, frame in {"photo": photo, "map": edges, "inverted": 255 - edges}.items():
        Image.fromarray(frame).save(tmp_path / f"{name}.png")
    Image.fromarray(photo).save(tmp_path / "photo.jpg")
    (tmp_path / "text.png").write_text("no picture")
    return tmp_path


def test_what_is_right_is_not_mentioned():
    assert found(prompt()) == []


@pytest.mark.parametrize("loader, widget", [("ArmatureLoadControl", "name"), ("ControlNetLoader", "control_net_name")])
def test_a_file_that_is_not_there(loader, widget):
    (finding,) = check(graph(prompt(load=node(loader, **{widget: "gone.safetensors"}))))
    assert (finding.node, finding.trouble) == ("load", "file")
    assert "There is no control model 'gone.safetensors'. Put the file into one of " in finding.text


def test_a_file_that_is_no_control(folder):
    files.write(folder / "x.safetensors", {"a.lora_up.weight": (8, 4)})
    (finding,) = check(graph(prompt(load={"name": "x.safetensors"})))
    assert (finding.node, finding.trouble) == ("load", "file") and "is a LoRA" in finding.text


@pytest.fixture
def published(folder, monkeypatch, tmp_path):
    """xl.safetensors among the controls, sd.safetensors and xl.safetensors among the checkpoints."""
    files.published(folder / "xl.safetensors", "t2i_sdxl_diffusers")
    (tmp_path / "checkpoints").mkdir()
    for name, base in {"sd": "sd15", "xl": "sdxl"}.items():
        files.base(tmp_path / "checkpoints" / f"{name}.safetensors", base)
    roots(monkeypatch, "checkpoints", tmp_path / "checkpoints")


def loaded(name):
    return node("CheckpointLoaderSimple", ckpt_name=name)


XL = {"name": "xl.safetensors"}


def test_a_control_for_another_base(published):
    (finding,) = check(graph(prompt(load=XL, base=loaded("sd.safetensors"))))
    assert (finding.node, finding.trouble) == ("apply", "base")
    assert "is for SDXL, but the model being sampled is Stable Diffusion 1.x" in finding.text
    assert found(prompt(load=XL, base=loaded("xl.safetensors"))) == []


def test_the_base_is_found_behind_loras_and_in_front_of_combined_prompts(published):
    chain = prompt(
        load=XL,
        base=loaded("sd.safetensors"),
        lora=node("LoraLoaderModelOnly", model=["base", 0], lora_name="x"),
        both=node("ConditioningCombine", conditioning_1=["apply", 0], conditioning_2=["text", 0]),
        sampler={"model": ["lora", 0], "positive": ["both", 0], "negative": ["text", 0]},
    )
    assert found(chain) == [("apply", "base")]


def test_a_control_on_a_model_is_checked_against_it(published):
    of_model = node(
        "ArmatureApplyControlToModel",
        **{"model": ["base", 0], "control_net": ["load", 0], "image": ["picture", 0], "strength": 1.0},
    )
    plain = {"model": ["apply", 0], "positive": ["text", 0], "negative": ["text", 0]}
    assert found(prompt(load=XL, base=loaded("sd.safetensors"), apply=of_model, sampler=plain)) == [("apply", "base")]


def test_a_base_behind_unknown_nodes_is_known_and_one_of_unknown_origin_is_not(published):
    behind = prompt(load=XL, base=loaded("sd.safetensors"), sampler={"model": ["other", 0]})
    assert found(behind | {"other": node("ModelSamplingDiscrete", model=["base", 0])}) == [("apply", "base")]
    assert found(behind | {"other": node("SomeLoader", file="x")}) == []
    assert found(prompt(load=XL, base=loaded("gone.safetensors"))) == []


def test_merged_bases_are_not_judged(published):
    merged = prompt(
        load=XL,
        base=loaded("sd.safetensors"),
        second=loaded("xl.safetensors"),
        merge=node("ModelMergeSimple", model1=["base", 0], model2=["second", 0]),
        sampler={"model": ["merge", 0]},
    )
    assert found(merged) == []


def test_rows_of_a_stack_are_told_apart_and_inactive_ones_left_out(published):
    rows = {"control_net_2": ["load", 0], "image_2": ["picture", 0], "strength_2": 1.0, "enabled_2": True}
    rest = {"positive": ["text", 0], "negative": ["text", 0], "strength": 1.0, "start_percent": 0.0, "end_percent": 1.0}

    def stacked(**changes):
        stack = node("ArmatureApplyControlStack", **{**rest, **rows, **changes})
        return check(graph(prompt(load=XL, base=loaded("sd.safetensors"), apply=stack)))

    (finding,) = stacked()
    assert finding.text.startswith("Row 2: This control model is for SDXL")
    for change in ({"enabled_2": False}, {"strength_2": 0}, {"image_2": None}, {"strength": 0.0}):
        assert stacked(**change) == []


def test_a_control_of_strength_zero_does_nothing_wrong(published):
    assert found(prompt(load=XL, base=loaded("sd.safetensors"), apply={"strength": 0.0})) == []


@pytest.mark.parametrize(
    "file, trouble",
    [
        ("photo.png", "photograph"),
        ("photo.jpg", "photograph"),
        ("photo.png [input]", "photograph"),
        ("inverted.png", "inverted"),
        ("map.png", None),
        ("text.png", None),
        ("gone.png", None),
        ("../photo.png", None),
        ("photo.png\0", None),
        ("", None),
    ],
)
def test_pictures_that_go_straight_into_a_control(pictures, file, trouble):
    expected = [("apply", trouble)] if trouble else []
    assert found(prompt(picture=node("LoadImage", image=file))) == expected


def test_no_picture_outside_the_folder_is_looked_at(pictures, monkeypatch):
    inner = pictures / "inner"
    inner.mkdir()
    (inner / "link.png").symlink_to(pictures / "photo.png")
    monkeypatch.setattr(folder_paths, "get_input_directory", lambda: str(inner))
    for name in ("../photo.png", str(pictures / "photo.png"), "link.png", "x/../../photo.png [input]"):
        assert found(prompt(picture=node("LoadImage", image=name))) == []


def test_the_practice_photo_is_a_photograph():
    (finding,) = check(graph(prompt(apply={"image": ["photo", 0]})))
    assert finding.trouble == "photograph"
    assert finding.text == (
        "The image looks like a photograph, and this control model wants white lines on black. Put a preprocessor "
        "before it, or use another control model."
    )


def test_types_say_more_than_names(pictures):
    typed = node("ArmatureUnionType", control_net=["load", 0], type="tile")
    photo = node("LoadImage", image="photo.png")
    assert found(prompt(picture=photo, typed=typed, apply={"control_net": ["typed", 0]})) == []
    typed["inputs"]["type"] = "openpose"
    union = prompt(picture=photo, typed=typed, load={"name": "practice_union.safetensors"})
    union["apply"]["inputs"]["control_net"] = ["typed", 0]
    assert found(union) == [("apply", "photograph")]


def test_a_ring_of_types_comes_to_an_end():
    ring = node("ArmatureUnionType", control_net=["typed", 0], type="openpose")
    assert found(prompt(apply={"control_net": ["typed", 0]}, typed=ring)) == []


def test_rows_of_a_union_have_types_of_their_own(pictures):
    rows = {"image_1": ["picture", 0], "type_1": "tile", "image_2": ["picture", 0], "type_2": "depth"}
    rest = {"positive": ["text", 0], "control_net": ["load", 0], "strength": 1.0}
    union = node("ArmatureApplyUnion", **rest, **rows)
    (finding,) = check(graph(prompt(apply=union, picture=node("LoadImage", image="photo.png"))))
    assert finding.trouble == "photograph" and finding.text.startswith("Row 2: ")


@pytest.mark.parametrize(
    "start, end, steps, empty",
    [
        (0.0, 1.0, 4, False),
        (0.6, 0.4, 4, True),
        (0.0, 0.0, 4, True),
        (0.1, 0.2, 4, True),
        (0.1, 0.2, 20, False),
        (0.99, 1.0, 4, False),
        (0.5, 0.5, 4, True),
    ],
)
def test_ranges_in_which_no_step_lies(start, end, steps, empty):
    changed = prompt(apply={"start_percent": start, "end_percent": end}, sampler={"steps": steps})
    assert found(changed) == ([("apply", "window")] if empty else [])


RANGES = [(0.0, 0.1), (0.1, 0.2), (0.3, 0.34), (0.5, 0.7), (0.9, 0.95), (0.98, 1.0)]
RUNS = [
    {"steps": 3, "scheduler": "karras", "sampler_name": "dpmpp_2m", "denoise": 1.0},
    {"steps": 4, "scheduler": "simple", "sampler_name": "uni_pc", "denoise": 1.0},
    {"steps": 3, "scheduler": "sgm_uniform", "sampler_name": "euler", "denoise": 0.6},
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["scheduler"])
def test_what_is_foretold_of_a_range_is_what_the_run_does(run):
    """The practice model samples each run once for all ranges, and every readout tells which of them acted."""
    model, clip, _ = load_practice_model()
    cond = clip.encode_from_tokens_scheduled(clip.tokenize("a circle"))
    control, panels = load_control("practice_canny.safetensors"), [Panel(None) for _ in RANGES]
    hint = torch.zeros(1, 64, 64, 3)
    applications = [
        Application(control, hint, 0.1, percents, readout=Readout(panel)) for percents, panel in zip(RANGES, panels)
    ]
    positive, _ = apply(cond, None, *applications)
    latent = {"samples": torch.zeros(1, 8, 8, 8)}
    comfy_nodes.common_ksampler(
        model,
        0,
        run["steps"],
        1.0,
        run["sampler_name"],
        run["scheduler"],
        positive,
        cond,
        latent,
        run["denoise"],
    )
    acted = [not panel.texts[""].startswith("no control") for panel in panels]
    whole = sigmas(graph(prompt(sampler=run)).nodes["sampler"], graph(prompt()))
    assert [covers_a_step(percents, "timestep", whole) for percents in RANGES] == acted
    assert any(acted) and not all(acted)


def test_a_part_of_the_steps_is_what_an_advanced_sampler_goes_through():
    passes = {"model": ["base", 0], "positive": ["apply", 0], "negative": ["apply", 1], "steps": 20}
    rest = {"sampler_name": "euler", "scheduler": "normal", "start_at_step": 10, "end_at_step": 10000}

    def told(**changes):
        late = {"start_percent": 0.0, "end_percent": 0.4}
        return found(prompt(apply=late, sampler=node("KSamplerAdvanced", **{**passes, **rest, **changes})))

    assert told() == [("apply", "window")]
    assert told(start_at_step=5) == [] and told(start_at_step=["text", 0]) == []


def test_a_control_that_acts_in_one_of_two_passes_is_not_empty():
    second = {"model": ["base", 0], "positive": ["apply", 0], "negative": ["apply", 1], "steps": 40, "denoise": 1.0}
    both = prompt(apply={"start_percent": 0.1, "end_percent": 0.2})
    assert found(both) == [("apply", "window")]
    again = node("KSampler", **second, sampler_name="euler", scheduler="normal")
    assert found(both | {"again": again}) == []


def custom(**changes):
    found = prompt(
        apply={"start_percent": 0.1, "end_percent": 0.2},
        sampler=node("SamplerCustomAdvanced", guider=["guide", 0], sampler=["select", 0], sigmas=["plan", 0]),
        guide=node("CFGGuider", model=["base", 0], positive=["apply", 0], negative=["apply", 1]),
        select=node("KSamplerSelect", sampler_name="euler"),
        plan=node("BasicScheduler", model=["base", 0], scheduler="normal", steps=4, denoise=1.0),
    )
    return found | changes


def test_custom_samplers_are_followed_through_their_guider():
    assert found(custom()) == [("apply", "window")]
    assert found(custom(plan=node("SplitSigmas", sigmas=["other", 0], step=2))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"sampler": {"steps": ["text", 0]}},
        {"sampler": {"steps": "4"}},
        {"sampler": {"scheduler": "unheard of"}},
        {"sampler": {"sampler_name": "dpmpp_sde"}},
        {"sampler": {"steps": 10**12}},
        {"sampler": {"denoise": 1e-7}},
        {"sampler": {"denoise": float("nan")}},
        {"sampler": {"model": ["patched", 0]}, "patched": node("ModelSamplingDiscrete", model=["base", 0])},
        {"load": {"schedule": ["other", 0]}},
        {"sampler": {"positive": ["text", 0], "negative": ["text", 0]}},
    ],
    ids=str,
)
def test_nothing_is_said_of_runs_that_cannot_be_known(changes):
    assert found(prompt(apply={"start_percent": 0.1, "end_percent": 0.2}, **changes)) == []


def test_the_count_of_a_schedule_decides_what_a_range_means():
    range_ = {"start_percent": 0.2, "end_percent": 0.3, "schedule": ["plan", 0]}

    def told(basis):
        plan = node("ArmatureSchedule", text="", interpolation="linear", basis=basis)
        return found(prompt(apply=range_, plan=plan))

    assert told("steps") == [] and told("timestep") == [("apply", "window")] and told(["text", 0]) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*prompt(), *custom()])
VALUES = JSON | st.tuples(NAMES, st.integers(-2, 3)).map(list) | st.sampled_from([*control_files(), "../x", "\0"])
INPUTS = st.sampled_from(sorted({name for part in (prompt(), custom()) for n in part.values() for name in n["inputs"]}))
KINDS = st.sampled_from([*APPLIES, *(n["class_type"] for part in (prompt(), custom()) for n in part.values())])


@given(
    st.lists(st.tuples(NAMES, INPUTS, VALUES), max_size=4),
    st.dictionaries(NAMES, st.fixed_dictionaries({"class_type": KINDS | JSON, "inputs": JSON}) | JSON, max_size=3),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_prompt_makes_a_check_fail(changes, replaced):
    """Right prompts of which some inputs and nodes became anything that JSON can hold."""
    garbled = custom() | prompt()
    for name, socket, value in changes:
        garbled[name]["inputs"][socket] = value
    for finding in check(graph(garbled | replaced)):
        assert finding.node in garbled and finding.text
