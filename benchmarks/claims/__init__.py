"""The claims of the papers on control, repeated in miniature on the practice model: see ../paper.py."""
