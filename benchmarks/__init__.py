"""One script a question, run by hand: `python3 quickstart.py run benchmarks.NAME [--quick] [--json FILE]`."""
