"""What the authors' own code gave for seeded random weights and inputs (tests/data/golden_networks.safetensors)."""

from pathlib import Path

from safetensors.torch import load_file

GOLDEN = load_file(Path(__file__).parent.parent / "data" / "golden_networks.safetensors")
