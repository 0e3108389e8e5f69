"""Typical small graphs of the nodes whose use is numbers or files, by the ends of their ids, for their pictures."""

from .small_graphs import (
    ADAPTER,
    APPLY,
    CANNY,
    FIXED,
    LEFT,
    MODEL,
    RIGHT,
    TOP,
    XS,
    Graph,
    Node,
    result,
    sampled,
    trained,
)

LATENTS = "own 0 apply latent_strengths"
WEIGHTS = "own 0 apply weights"
SCHEDULE = "own 0 apply schedule"
NUMBER: Node = ("PrimitiveFloat", LEFT, TOP, {"value": 0.6})

GRAPHS = {
    "AdapterSliders": sampled(
        "The places of the practice model's T2I-Adapter, the deep ones weaker.",
        {"own": ("ArmatureAdapterSliders", LEFT, TOP, {"input_2": 0.6, "input_3": 0.2}), "result": result(400)},
        WEIGHTS,
        control=ADAPTER,
    ),
    "FluxSliders": Graph(
        "The deep blocks of a control for Flux, weaker from one to the next.",
        {
            "own": ("ArmatureFluxSliders", LEFT, TOP, {f"input_{n}": round(0.1 + 0.1 * n, 1) for n in range(9)}),
            "apply": APPLY,
        },
        (WEIGHTS,),
        runs=False,
    ),
    "CreateControl": Graph(
        "A new ControlNet-XS for the practice model, and its file.",
        {
            "own": ("ArmatureCreateControl", LEFT, TOP, {"seed": 1, "family": "ControlNet-XS"} | FIXED),
            "save": ("ArmatureSaveControl", RIGHT, TOP, {"prefix": "controlnet/new_xs"}),
        },
        ("model 0 own model", "own 0 save control_net"),
        {"model": MODEL},
    ),
    "GetWeights": Graph(
        "A file is chosen; a run fetches it from its authors.",
        {
            "own": ("ArmatureGetWeights", LEFT, TOP, {"file": "ControlNetHED.pth"}),
            "shown": ("PreviewAny", RIGHT, TOP, {}),
        },
        ("own 0 shown source",),
        runs=False,
    ),
    "InspectControl": Graph(
        "What the practice model's ControlNet-XS says of itself.",
        {"own": ("ArmatureInspectControl", LEFT, TOP, {"name": XS})},
    ),
    "KeyframesFromList": sampled(
        "A strength from another node, from a quarter of the run on.",
        {
            "number": NUMBER,
            "own": ("ArmatureKeyframesFromList", LEFT, 260, {"start": 0.25}),
            "result": result(560),
        },
        "number 0 own strengths",
        SCHEDULE,
    ),
    "LatentStrength": sampled(
        "The last of two images of a batch with a third of the control.",
        {
            "first": ("ArmatureLatentStrength", LEFT, TOP, {"image": 0, "strength": 1.0}),
            "own": ("ArmatureLatentStrength", LEFT, 300, {"image": -1, "strength": 0.3}),
            "result": result(460),
        },
        "first 0 own previous",
        LATENTS,
        images=2,
    ),
    "LatentStrengthList": sampled(
        "A strength from another node, for the first of two images.",
        {"number": NUMBER, "own": ("ArmatureLatentStrengthList", LEFT, 260, {}), "result": result(400)},
        "number 0 own strengths",
        LATENTS,
        images=2,
    ),
    "LatentStrengthRamp": sampled(
        "A control that fades in over four images of a batch.",
        {
            "own": (
                "ArmatureLatentStrengthRamp",
                LEFT,
                TOP,
                {"first_image": 0, "end_image": 4, "first": 0.0, "last": 1.0},
            ),
            "result": result(380),
        },
        LATENTS,
        images=4,
    ),
    "MaskedSoftWeights": sampled(
        "Strict where the mask is bright, loose elsewhere.",
        {
            "mask": ("MaskPreview", LEFT, TOP, {}),
            "own": ("ArmatureMaskedSoftWeights", LEFT, 460, {"lowest": 0.3}),
            "result": result(650),
        },
        "scene 3 mask mask",
        "scene 3 own mask",
        WEIGHTS,
    ),
    "PixelPerfect": Graph(
        "The resolution goes to a preprocessor.",
        {
            "photo": ("ArmaturePracticePhoto", LEFT, TOP, {}),
            "own": ("ArmaturePixelPerfect", LEFT, 260, {}),
            "edges": ("ArmatureCanny", RIGHT, TOP, {}),
            "result": ("PreviewImage", RIGHT, 360, {}),
        },
        ("photo 0 own image", "photo 0 edges image", "own 0 edges resolution", "edges 0 result images"),
    ),
    "SaveControl": Graph(
        "A control from a file into another, in another precision.",
        {
            "control": ("ArmatureLoadControl", LEFT, TOP, {"name": CANNY}),
            "own": ("ArmatureSaveControl", RIGHT, TOP, {"prefix": "controlnet/canny", "dtype": "bf16"}),
        },
        ("control 0 own control_net",),
    ),
    "TrainControl": trained(),
    "XSOptions": sampled(
        "A ControlNet-XS by its first twelve blocks alone.",
        {
            "control": ("ArmatureLoadControl", LEFT, TOP, {"name": XS}),
            "own": ("ArmatureXSOptions", LEFT, 330, {"prune_until": 12}),
            "result": result(500),
        },
        "control 0 own control_net",
        "own 0 apply control_net",
    ),
    "ApplyControl": sampled(
        "The practice model's canny control, and what it leads to.",
        {"control": ("ArmatureLoadControl", LEFT, TOP, {"name": CANNY}), "result": result(340)},
        "control 0 apply control_net",
    ),
    "LoadControl": sampled(
        "A control from its file, applied.",
        {"control": ("ArmatureLoadControl", LEFT, TOP, {"name": ADAPTER}), "result": result(340)},
        "control 0 apply control_net",
    ),
    "BlockWeights": sampled(
        "A control whose shallow blocks are weaker than its deep ones.",
        {"own": ("ArmatureBlockWeights", LEFT, TOP, {"preset": "soft"}), "result": result(400)},
        WEIGHTS,
    ),
    "ControlOptions": sampled(
        "The prompt before the control, which is computed at every second step.",
        {
            "own": ("ArmatureControlOptions", LEFT, TOP, {"mode": "prompt is more important", "reuse": 2}),
            "result": result(480),
        },
        "own 0 apply options",
    ),
    "Schedule": sampled(
        "A control that fades out until the middle of the run.",
        {"own": ("ArmatureSchedule", LEFT, TOP, {"text": "0:1, 0.5:0"}), "result": result(440)},
        SCHEDULE,
    ),
    "Keyframe": sampled(
        "Two keyframes: whole until the middle of the run, then a third.",
        {
            "first": ("ArmatureKeyframe", LEFT, TOP, {}),
            "own": ("ArmatureKeyframe", LEFT, 460, {"start": 0.5, "strength": 0.3}),
            "result": ("PreviewImage", RIGHT, 650, {}),
        },
        "first 0 own previous",
        SCHEDULE,
    ),
    "KeyframeRamp": sampled(
        "A control that fades out over the run.",
        {"own": ("ArmatureKeyframeRamp", LEFT, TOP, {"last": 0.0, "keyframes": 12}), "result": result(520)},
        SCHEDULE,
    ),
    "LatentStrengths": sampled(
        "Four images of a batch, each with a strength of its own.",
        {"own": ("ArmatureLatentStrengths", LEFT, TOP, {"text": "0=0, 1=0.4, 2=0.7, 3=1"}), "result": result(420)},
        "own 1 apply latent_strengths",
        images=4,
    ),
}
