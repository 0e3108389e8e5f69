"""Blocks that several architectures share, with the key names of the ldm UNet. Built from a `Backend`'s `ops`."""
