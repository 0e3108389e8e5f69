"""Training from the command line: `python3 quickstart.py run train FOLDER RESULT`, see ../docs/training.md."""
