"""Drawings of the sketch editor: read from a workflow and rendered. web/js/sketch/ draws the same in a browser."""
