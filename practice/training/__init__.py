"""How the practice model is made: `python3 quickstart.py run practice.training STAGE`, see ../README.md."""
