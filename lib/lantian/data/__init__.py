"""Read, check and load the tables."""
