"""The CSV tables: read, checked, loaded, grown, described and written for other programs."""
