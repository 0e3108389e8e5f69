"""Image preprocessors in plain PyTorch and OpenCV: one folder a family, one file a method.

A file ends with its declaration; there is no list to edit. Start with declare.py, then read edges/canny.py.
"""
