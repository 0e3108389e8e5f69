"""Workflows made with other packs' nodes, rewritten for ours. Plain data and code: no ComfyUI, no installed pack."""
