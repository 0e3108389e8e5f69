"""Several processes that train as one, on the GPUs of one machine or of many, by Hugging Face Accelerate."""

import torch
from torch import Tensor

from ..errors import MissingInput


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
        """Give each tensor the mean of what the processes have there, all in one message."""
        together = self.accelerator.reduce(torch.cat([tensor.flatten() for tensor in tensors]), "mean")
        for tensor, part in zip(tensors, together.split([tensor.numel() for tensor in tensors])):
            tensor.copy_(part.view_as(tensor))

    def wait(self) -> None:
        """For all to come this far."""
        self.accelerator.wait_for_everyone()
