"""Image preprocessors in plain PyTorch and OpenCV, one file each.

A file ends with its declaration; there is no list to edit. Start with declare.py, then read any other file.
"""
