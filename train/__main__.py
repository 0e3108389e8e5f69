"""Train a control on a folder of images, captions and control maps, for as long as it takes.

    FOLDER/name.png  an image       FOLDER/name.txt  its caption       FOLDER/maps/name.png  its control map

Stopped or killed, it goes on from its last checkpoint when it is run again. For several GPUs or machines:
    accelerate launch --multi_gpu --num_processes 4 standalone.py train FOLDER RESULT --accelerate ...
"""

import argparse
import sys
from pathlib import Path

from comfy.model_patcher import ModelPatcher

from ..control.training.objective import Lessons
from ..control.training.run import ALONE, Plan, Together
from ..errors import ArmatureError, InvalidValue
from ..host.creating import FAMILIES
from ..host.decoder import write_decoder
from ..host.practice import NAME
from ..host.reading import SAFETENSORS
from ..host.saving import write_control
from ..host.teaching import ComfyBase, gradients
from ..host.training import PRECISIONS, Course, Learned, teach, trainable
from .base import beginning, load_base
from .examples import encoded
from .folder import Folder, make_maps
from .processes import Accelerated
from .told import Told

MULTIPLE = 64  # of pixels, that every UNet and every control takes
NOT_ASKED = {"infusion": "cat", "learned_time_embedding": False, "hint_features": 32, "width": 64}  # as published


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="images and captions")
    parser.add_argument("result", type=Path, help="the safetensors file to write; its checkpoint lies beside it")
    parser.add_argument("--base", default=NAME, help="a checkpoint of Stable Diffusion 1.x, 2.x or SDXL")
    parser.add_argument("--maps", metavar="METHOD", help="make missing maps by this preprocessor, such as Canny")
    parser.add_argument("--maps-folder", type=Path, help="where the maps are, if not in FOLDER/maps")
    parser.add_argument("--side", type=int, default=512, help="images are seen as squares of so many pixels")
    parser.add_argument("--family", choices=FAMILIES, default="ControlNet", help="of the new control")
    parser.add_argument("--type", choices=("A", "B", "C"), default="B", help="of a ControlNet-XS")
    parser.add_argument("--ratio", type=float, default=0.2, help="of a ControlNet-XS: its width as part of the base's")
    parser.add_argument("--control", type=Path, help="a trained control to go on from, instead of a new one")
    parser.add_argument("--steps", type=int, default=10_000, help="updates of the weights, in all")
    parser.add_argument("--batch", type=int, default=4, help="images of a step, of all processes together")
    parser.add_argument("--accumulate", type=int, default=1, help="batches of a step")
    parser.add_argument("--rate", type=float, default=1e-5, help="the learning rate")
    parser.add_argument("--warmup", type=int, default=0, help="steps in which the rate grows to that")
    parser.add_argument("--dropped", type=float, default=0.5, help="share of the prompts that are left empty")
    parser.add_argument("--average", type=float, default=0.0, help="what the moving average keeps a step; 0 is none")
    parser.add_argument("--only-middle-until", type=int, default=0, help="until this step one link alone acts")
    parser.add_argument("--unlock-decoder", action="store_true", help="the base's learns too; a rate of 2e-6 is usual")
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32", help="what is computed in")
    parser.add_argument("--checkpointing", action="store_true", help="less memory, up to half more time")
    parser.add_argument("--keep-every", type=int, default=200, help="steps between checkpoints")
    parser.add_argument("--picture-every", type=int, default=0, help="steps between pictures of a hint; 0 is never")
    parser.add_argument("--dtype", choices=("fp32", "fp16", "bf16"), default="fp16", help="of the result")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--accelerate", action="store_true", help="this is one of Accelerate's processes")
    return parser.parse_args(arguments)


def course_of(chosen: argparse.Namespace) -> Course:
    plan = Plan(
        steps=chosen.steps,
        learning_rate=chosen.rate,
        seed=chosen.seed,
        accumulate=chosen.accumulate,
        warmup=chosen.warmup,
        average=chosen.average,
        keep_every=chosen.keep_every,
    )
    return Course(
        plan=plan,
        batch=chosen.batch,
        dropped=chosen.dropped,
        precision=chosen.precision,
        middle_until=chosen.only_middle_until,
        unlock_decoder=chosen.unlock_decoder,
        recompute=chosen.checkpointing,
        picture_every=chosen.picture_every,
    )


def prepared(chosen: argparse.Namespace, together: Together) -> Folder:
    """The folder, with the maps that the first process makes.

    Raises:
        InvalidValue: the result's name, the images' side or the batch will not do.
    """
    number, count = together.part
    if not chosen.result.name.lower().endswith(SAFETENSORS):
        raise InvalidValue(f"{chosen.result} will be a safetensors file. Let its name end so.")
    if chosen.batch % count:
        raise InvalidValue(f"A batch of {chosen.batch} cannot be shared by {count} processes. Choose a multiple.")
    if chosen.side % MULTIPLE:
        raise InvalidValue(f"A side of {chosen.side} pixels is no multiple of {MULTIPLE}. Choose one.")
    folder = Folder(chosen.folder, chosen.maps_folder or chosen.folder / "maps", chosen.side)
    if number == 0:
        print(f"{len(folder.files)} images, {count} process{'es' if count > 1 else ''}", flush=True)
        if chosen.maps:
            make_maps(folder, chosen.maps)
    together.wait()
    return folder


def train(chosen: argparse.Namespace) -> Path:
    """The file of the trained control.

    Raises:
        ArmatureError: something does not fit, is missing, or the loss is no longer a number.
    """
    together = Accelerated() if chosen.accelerate else ALONE
    folder = prepared(chosen, together)
    patcher, clip, vae = load_base(chosen.base)
    choices = {"type": chosen.type, "ratio": chosen.ratio, **NOT_ASKED}
    control = beginning(patcher, chosen.control, chosen.family, choices, chosen.seed)
    with gradients():
        network = trainable(control)
        base = ComfyBase(patcher, network, PRECISIONS[chosen.precision])
        network.to(base.device)
        examples = encoded(folder, network, base, clip, vae)
        lessons = Lessons([examples], examples.prompt(""), chosen.dropped, chosen.batch, together.part)
        course, file = course_of(chosen), chosen.result.with_suffix(".training.safetensors")
        told = Told(network, base, examples[0], course.picture_every, chosen.result.with_suffix(".pictures"), together)
        learned = teach(network, base, lessons, course, file, told, together)
    if together.part[0] == 0:
        write(learned, patcher, chosen)
    return chosen.result


def write(learned: Learned, patcher: ModelPatcher, chosen: argparse.Namespace) -> None:
    """The control, and beside it what the base's decoder learned, if it did."""
    print(write_control(learned.control, chosen.result, "original", chosen.dtype))
    if learned.decoder:
        file = chosen.result.with_suffix(".decoder.safetensors")
        print(write_decoder(patcher, learned.decoder, file, chosen.dtype, learned.facts))


def main() -> None:
    try:
        train(options(sys.argv[1:]))
    except ArmatureError as error:
        sys.exit(f"train: {error}")
    except KeyboardInterrupt:
        sys.exit("train: stopped. Run it again to go on from its last step.")


if __name__ == "__main__":
    main()
