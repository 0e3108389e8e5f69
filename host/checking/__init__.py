"""What is wrong with a prompt before it runs: it is told, and the prompt stays as it is."""
