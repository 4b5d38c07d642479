"""The charts, each with its words and the rows it drew."""
