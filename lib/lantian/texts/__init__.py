"""The tables held against the texts of the plans, and every numeral accounted for."""
