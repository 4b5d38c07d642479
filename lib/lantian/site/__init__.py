"""Make pages of the notebooks."""
