"""One file for each pack whose workflows become ours."""
