"""Kosinkadink/ComfyUI-Advanced-ControlNet 1.5.8: names of nodes and inputs from adv_control/nodes_*.py."""

from collections.abc import Mapping
from typing import Any

from ..declare import Absorbed, Conversion, Counterpart, Made, New, Old, Pack, Rewritten

MASKED = "none; a mask of another size than the image is resized twice there and once here"
RANGE = {"strength": "strength", "start_percent": "start_percent", "end_percent": "end_percent"}
OPTIONAL = {
    "mask_optional": "mask",
    "timestep_kf": "schedule",
    "latent_kf_override": "latent_strengths",
    "weights_override": "weights",
    "vae_optional": "vae",
}
PAIR = {"positive": "positive", "negative": "negative", "control_net": "control_net", "image": "image"}
SINGLE = {"conditioning": "positive", "control_net": "control_net", "image": "image"}
KEYFRAME = {
    "cn_weights": "weights",
    "latent_keyframe": "images",
    "mask_optional": "mask",
    "prev_timestep_kf": "previous",
}
LASTING = {"null_latent_kf_strength": "other_images", "inherit_missing": "inherit"}
PRINTING = {"print_keyframes": None}
OLDER_KEYFRAME = {"prev_timestep_keyframe": "prev_timestep_kf", "control_net_weights": "cn_weights"}
OLDER_LATENT = {"prev_latent_keyframe": "prev_latent_kf", "latent_image_opt": "latent_optional"}
STALE = "none; where a keyframe does not inherit and has no mask, theirs goes on with the mask before it"
SCALED = {"preset": "soft (Advanced-ControlNet, scaled)", "values": ""}
NO_EFFECT = "none; on Control-LoRA and ControlNet-LLLite theirs has no effect, ours has"
OUTPUTS = {0: 0, 1: 1}
UNCOND = {"uncond_multiplier": "uncond_multiplier"}
FLIP = {"flip_weights": None}
IGNORED = {
    "print_keyframes": "",
    "flip_weights": "it has had no effect in Advanced-ControlNet either",
    "model": "the control is bound to the model that is sampled",
    "model_optional": "",
    "cn_extras": "only what Middle Weight Extras sets is known",
}
MIDDLE = "ACN_ExtrasMiddleMult"
LAST_BITS = "none; on a CPU the last bits of sums, as above"


def middle_multiplier(old: Old, values: dict[str, Any]) -> tuple[str, ...]:
    """Of the chain of extras that is connected, the last."""
    source = old.upstream.get("cn_extras")
    if "cn_extras" not in old.linked:
        return ()
    if source is None or source.type != MIDDLE or "middle_mult" not in source.values:
        return (f"cn_extras is connected and ignored: {IGNORED['cn_extras']}",)
    values["middle_multiplier"] = source.values["middle_mult"]
    return ()


def weights(
    id: str, ours: str, widgets: Mapping[str, str | None], difference: str = "none", **more: Any
) -> Counterpart:
    return Counterpart(
        id, ours, difference, {**widgets, **UNCOND}, outputs=OUTPUTS, ignored=IGNORED, adjust=middle_multiplier, **more
    )


def numbered(prefix: str, count: int) -> dict[str, str]:
    return {f"{prefix}_{n}": f"{prefix}_{n}" for n in range(count)}


def once_numbered(targets: Mapping[str, str]) -> dict[str, str | None]:
    """The older names of sliders: weight_00, weight_01, ..."""
    return {**{f"weight_{n:02}": ours for n, ours in enumerate(targets)}, **FLIP}


def apply(id: str, sockets: Mapping[str, str | None], fixed: Mapping[str, Any], **more: Any) -> Counterpart:
    sockets = {**sockets, **OPTIONAL}
    return Counterpart(id, "ArmatureApplyControl", MASKED, RANGE, sockets, fixed, ignored=IGNORED, **more)


def loader(id: str, file: str, sockets: Mapping[str, str | None], **more: Any) -> Counterpart:
    return Counterpart(id, "ArmatureLoadControl", LAST_BITS, {file: "name"}, sockets, ignored=IGNORED, **more)


def typed_loader(old: Old) -> Conversion:
    """ControlNet++ Single: a loader and a type."""
    names = {"canny/lineart/mlsd": "canny/lineart/anime_lineart/mlsd", "inpaint/outpaint": "repaint", "none": "auto"}
    kind = old.values["control_type"]
    load = New("ArmatureLoadControl", {"name": old.values["name"]})
    typed = New("ArmatureUnionType", {"type": names.get(kind, kind)}, {"control_net": Made(0)})
    return Conversion((load, typed), {0: Made(1)})


CONTROLNET = {**numbered("output", 12), "middle_0": "middle_0"}
ADAPTER = numbered("input", 4)
SLIDERS, ADAPTER_SLIDERS, PRESETS = "ArmatureBlockSliders", "ArmatureAdapterSliders", "ArmatureBlockWeights"
PAIR_HELD = {"batch": "hold", "areas": "squeeze"}
SINGLE_HELD = {**PAIR_HELD, "every_prompt": True}
WITH_MODEL = {"model_optional": None}
KEYFRAMES_AT_LOADER = {"_tk_opt": "schedule"}
OLDER_LOADER = {"tk_optional": "_tk_opt", "timestep_keyframe": "_tk_opt"}

ADVANCED_CONTROLNET = Pack(
    "ComfyUI-Advanced-ControlNet",
    (
        apply("ACN_AdvancedControlNetApply_v2", PAIR, PAIR_HELD, outputs={0: 0, 1: 1}),
        apply("ACN_AdvancedControlNetApplySingle_v2", SINGLE, SINGLE_HELD),
        apply(
            "ACN_AdvancedControlNetApply",
            {**PAIR, **WITH_MODEL},
            PAIR_HELD,
            outputs={0: 0, 1: 1},
            passes={2: "model_optional"},
        ),
        apply("ACN_AdvancedControlNetApplySingle", {**SINGLE, **WITH_MODEL}, SINGLE_HELD, passes={1: "model_optional"}),
        loader("ACN_ControlNetLoaderAdvanced", "cnet", KEYFRAMES_AT_LOADER),
        loader("ACN_DiffControlNetLoaderAdvanced", "cnet", {"model": None, **KEYFRAMES_AT_LOADER}),
        loader("ControlNetLoaderAdvanced", "control_net_name", KEYFRAMES_AT_LOADER, older=OLDER_LOADER),
        loader(
            "DiffControlNetLoaderAdvanced",
            "control_net_name",
            {"model": None, **KEYFRAMES_AT_LOADER},
            older=OLDER_LOADER,
        ),
        Rewritten(
            "ACN_ControlNet++LoaderSingle",
            "ArmatureLoadControl, ArmatureUnionType",
            typed_loader,
            widgets=("name", "control_type"),
        ),
        Counterpart(
            "TimestepKeyframe",
            "ArmatureKeyframe",
            STALE,
            {"start_percent": "start", "strength": "strength", **LASTING, "guarantee_steps": "guarantee_steps"},
            KEYFRAME,
            {"guarantee_steps": 1},
            older={**OLDER_KEYFRAME, "guarantee_usage": "guarantee_steps"},
        ),
        Counterpart(
            "ACN_TimestepKeyframeInterpolation",
            "ArmatureKeyframeRamp",
            STALE,
            {
                "start_percent": "start",
                "end_percent": "end",
                "strength_start": "first",
                "strength_end": "last",
                "interpolation": "interpolation",
                "intervals": "keyframes",
                **LASTING,
                **PRINTING,
            },
            KEYFRAME,
            ignored=IGNORED,
        ),
        Counterpart(
            "ACN_TimestepKeyframeFromStrengthList",
            "ArmatureKeyframesFromList",
            STALE,
            {"start_percent": "start", "end_percent": "end", **LASTING, **PRINTING},
            {"float_strengths": "strengths", **KEYFRAME},
            ignored=IGNORED,
        ),
        Counterpart(
            "LatentKeyframe",
            "ArmatureLatentStrength",
            "none",
            {"batch_index": "image", "strength": "strength"},
            {"prev_latent_kf": "previous"},
            older=OLDER_LATENT,
        ),
        Counterpart(
            "LatentKeyframeGroup",
            "ArmatureLatentStrengths",
            "of several entries for an image the last wins, not a random one; a range beyond the batch is refused",
            {"index_strengths": "text", **PRINTING},
            {"prev_latent_kf": "previous", "latent_optional": "latent"},
            {"others": 1.0},
            {0: 1},
            older=OLDER_LATENT,
            ignored=IGNORED,
        ),
        Counterpart(
            "LatentKeyframeTiming",
            "ArmatureLatentStrengthRamp",
            "none",
            {
                "batch_index_from": "first_image",
                "batch_index_to_excl": "end_image",
                "strength_from": "first",
                "strength_to": "last",
                "interpolation": "interpolation",
                **PRINTING,
            },
            {"prev_latent_kf": "previous"},
            older=OLDER_LATENT,
            ignored=IGNORED,
        ),
        Counterpart(
            "LatentKeyframeBatchedGroup",
            "ArmatureLatentStrengthList",
            "none; a single number is a list of one, not of none",
            PRINTING,
            {"float_strengths": "strengths", "prev_latent_kf": "previous"},
            older=OLDER_LATENT,
            ignored=IGNORED,
        ),
        Counterpart(
            "ACN_DefaultUniversalWeights",
            PRESETS,
            fixed={"preset": "flat", "values": ""},
            outputs=OUTPUTS,
            ignored=IGNORED,
            adjust=middle_multiplier,
        ),
        weights("ACN_ScaledSoftControlNetWeights", PRESETS, {"base_multiplier": "base"}, NO_EFFECT, fixed=SCALED),
        weights("ScaledSoftControlNetWeights", PRESETS, {"base_multiplier": "base", **FLIP}, NO_EFFECT, fixed=SCALED),
        weights(
            "ScaledSoftMaskedUniversalWeights",
            "ArmatureMaskedSoftWeights",
            {"min_base_multiplier": "lowest", "max_base_multiplier": "highest"},
            sockets={"mask": "mask"},
        ),
        weights("ACN_SoftControlNetWeightsSD15", SLIDERS, CONTROLNET),
        weights("ACN_CustomControlNetWeightsSD15", SLIDERS, CONTROLNET),
        weights("SoftControlNetWeights", SLIDERS, once_numbered(CONTROLNET)),
        weights("CustomControlNetWeights", SLIDERS, once_numbered(CONTROLNET)),
        weights("ACN_SoftT2IAdapterWeights", ADAPTER_SLIDERS, ADAPTER),
        weights("ACN_CustomT2IAdapterWeights", ADAPTER_SLIDERS, ADAPTER),
        weights("ACN_CustomControlNetWeightsFlux", "ArmatureFluxSliders", numbered("input", 19)),
        weights("SoftT2IAdapterWeights", ADAPTER_SLIDERS, once_numbered(ADAPTER)),
        weights("CustomT2IAdapterWeights", ADAPTER_SLIDERS, once_numbered(ADAPTER)),
        Absorbed(MIDDLE, "middle_multiplier of the block weights", ("middle_mult",)),
    ),
    {
        "ACN_ControlNet++LoaderAdvanced": "its images hide in an IMAGE; use Apply Union Control",
        "ACN_ControlNet++InputNode": "use the rows of Apply Union Control",
        "ACN_CustomControlNetWeightsAnima": "Anima's LLLite is applied by ComfyUI's own node",
        "ACN_AnimaLLLiteLoaderAdvanced": "Anima's LLLite is applied by ComfyUI's own node",
        "ACN_AnimaLLLiteExtras": "Anima's LLLite is applied by ComfyUI's own node",
        "ACN_AdvancedControlNetInpaintingApply": "newer than the version that was compared",
        "ACN_CtrLoRALoader": "CtrLoRA is not read",
        "ACN_ReferenceControlNet": "there is no reference control",
        "ACN_ReferenceControlNetFinetune": "there is no reference control",
        "ACN_ReferencePreprocessor": "there is no reference control",
        "ACN_SparseCtrlLoaderAdvanced": "SparseCtrl is not read",
        "ACN_SparseCtrlMergedLoaderAdvanced": "SparseCtrl is not read",
        "ACN_SparseCtrlIndexMethodNode": "SparseCtrl is not read",
        "ACN_SparseCtrlSpreadMethodNode": "SparseCtrl is not read",
        "ACN_SparseCtrlRGBPreprocessor": "SparseCtrl is not read",
        "ACN_SparseCtrlWeightExtras": "SparseCtrl is not read",
        "LoadImagesFromDirectory": "use a loader of image sequences",
    },
)
