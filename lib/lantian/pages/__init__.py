"""Notebooks executed, turned into pages, and put in place whole."""
