"""Train a control on a folder of images, captions and control maps, for as long as it takes."""

import argparse
import sys
from pathlib import Path

from comfy.model_patcher import ModelPatcher

from ..control.training.objective import Lessons
from ..control.training.run import ALONE, Together
from ..errors import ArmatureError, InvalidValue
from ..host.decoder import write_decoder
from ..host.reading import SAFETENSORS
from ..host.saving import write_control
from ..host.teaching import ComfyBase, gradients
from ..host.training import PRECISIONS, Learned, teach, trainable
from .base import beginning, load_base
from .examples import encoded
from .folder import Folder, make_maps
from .options import course_of, options
from .processes import Accelerated
from .told import Told

MULTIPLE = 64  # of pixels, that every UNet and every control takes
NOT_ASKED = {"infusion": "cat", "learned_time_embedding": False, "hint_features": 32, "width": 64}  # as published


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
