"""New control networks for a given UNet, ready to be trained."""
