"""A further stage: see families.py."""

from functools import partial

from .families import train

main = partial(train, "t2i_adapter")
