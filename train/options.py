"""Train a control on a folder of images, captions and control maps, for as long as it takes.

    FOLDER/name.png  an image       FOLDER/name.txt  its caption       FOLDER/maps/name.png  its control map

Stopped or killed, it goes on from its last checkpoint when it is run again. For several GPUs or machines:
    accelerate launch --multi_gpu --num_processes 4 standalone.py train FOLDER RESULT --accelerate ...
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from ..control.training.run import Plan
from ..host.creating import FAMILIES
from ..host.practice import NAME
from ..host.training import PRECISIONS, Course


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="images and captions")
    parser.add_argument("result", type=Path, help="the safetensors file to write; its checkpoint lies beside it")
    parser.add_argument("--base", default=NAME, help="a checkpoint of Stable Diffusion 1.x, 2.x or SDXL")
    parser.add_argument("--maps", metavar="METHOD", help="make missing maps by this preprocessor, such as Canny")
    parser.add_argument("--maps-folder", type=Path, help="where the maps are, if not in FOLDER/maps")
    parser.add_argument("--side", type=within(64), default=512, help="images are seen as squares of so many pixels")
    parser.add_argument("--family", choices=FAMILIES, default="ControlNet", help="of the new control")
    parser.add_argument("--type", choices=("A", "B", "C"), default="B", help="of a ControlNet-XS")
    parser.add_argument(
        "--ratio", type=within(0.0125, 1.0), default=0.2, help="of a ControlNet-XS: its width as part of the base's"
    )
    parser.add_argument("--control", type=Path, help="a trained control to go on from, instead of a new one")
    parser.add_argument("--steps", type=within(1), default=10_000, help="updates of the weights, in all")
    parser.add_argument("--batch", type=within(1), default=4, help="images of a step, of all processes together")
    parser.add_argument("--accumulate", type=within(1), default=1, help="batches of a step")
    parser.add_argument("--rate", type=within(1e-8, 1.0), default=1e-5, help="the learning rate")
    parser.add_argument("--warmup", type=within(0), default=0, help="steps in which the rate grows to that")
    parser.add_argument(
        "--dropped", type=within(0.0, 1.0), default=0.5, help="share of the prompts that are left empty"
    )
    parser.add_argument(
        "--average", type=within(0.0, 0.9999), default=0.0, help="what the moving average keeps a step; 0 is none"
    )
    parser.add_argument("--only-middle-until", type=within(0), default=0, help="until this step one link alone acts")
    parser.add_argument("--unlock-decoder", action="store_true", help="the base's learns too; a rate of 2e-6 is usual")
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32", help="what is computed in")
    parser.add_argument("--checkpointing", action="store_true", help="less memory, up to half more time")
    parser.add_argument("--keep-every", type=within(1), default=200, help="steps between checkpoints")
    parser.add_argument(
        "--picture-every", type=within(0), default=0, help="steps between pictures of a hint; 0 is never"
    )
    parser.add_argument("--dtype", choices=("fp32", "fp16", "bf16"), default="fp16", help="of the result")
    parser.add_argument("--seed", type=within(0, 2**63 - 1), default=0)
    parser.add_argument("--accelerate", action="store_true", help="this is one of Accelerate's processes")
    return parser.parse_args(arguments)


def within(least: float, most: float = math.inf) -> Callable[[str], float]:
    """A reader of numbers of the kind of `least`, which refuses all others."""

    def number(text: str) -> float:
        read = type(least)(text)
        if not least <= read <= most:
            allowed = f"{least} or more" if most == math.inf else f"between {least} and {most}"
            raise argparse.ArgumentTypeError(f"{text} is not {allowed}")
        return read

    return number


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
