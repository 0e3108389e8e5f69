"""A small latent diffusion model of a drawn world, so that control can be seen, taught and tested without a download.

Read world.py (what it draws), autoencoder.py, shape.py (its sizes), then train.py. README.md tells how it was trained.
"""
