"""Several processes that train as one, on the GPUs of one machine or of many, by Hugging Face Accelerate."""

from collections.abc import Iterator

import torch
from torch import Tensor

from ..errors import MissingInput

LARGEST = 2**25  # numbers: few messages, and no second copy of all gradients


def messages(tensors: list[Tensor], largest: int = LARGEST) -> Iterator[list[Tensor]]:
    """All in their order, as many at a time as have up to `largest` numbers together; one of more goes alone."""
    message, size = [], 0
    for tensor in tensors:
        if message and size + tensor.numel() > largest:
            yield message
            message, size = [], 0
        message.append(tensor)
        size += tensor.numel()
    yield message


class Accelerated:
    """The processes that `accelerate launch` has started, as a `Together`.

    Raises:
        MissingInput: Accelerate is not installed.
    """

    def __init__(self):
        try:
            from accelerate import Accelerator  # optional, and of no use to a single process
        except ModuleNotFoundError as error:
            raise MissingInput("Several processes need Accelerate: pip install accelerate") from error
        self.accelerator = Accelerator(cpu=not torch.cuda.is_available())
        self.part = (self.accelerator.process_index, self.accelerator.num_processes)

    def mean(self, tensors: list[Tensor]) -> None:
        """Give each tensor the mean of what the processes have there."""
        for message in messages(tensors):
            together = self.accelerator.reduce(torch.cat([tensor.flatten() for tensor in message]), "mean")
            for tensor, part in zip(message, together.split([tensor.numel() for tensor in message])):
                tensor.copy_(part.view_as(tensor))

    def wait(self) -> None:
        """For all to come this far."""
        self.accelerator.wait_for_everyone()
