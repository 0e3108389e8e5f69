"""How well an image obeys its control map: the condition extracted from the image again, against the map."""
