"""What words say: Chinese figures and numerals, and how things are worded in English; no table is known here."""
