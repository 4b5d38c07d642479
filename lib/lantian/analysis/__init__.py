"""What may be compared, and what it comes to."""
