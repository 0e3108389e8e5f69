"""Networks in the key layout of their published weights, built from `ops`; a file ends with its `Pretrained`."""
