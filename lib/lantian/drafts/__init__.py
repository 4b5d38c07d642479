"""Drafts of rows for the tables, read from the text of a plan; a person decides."""
