"""Hold the tables against the texts of the plans."""
