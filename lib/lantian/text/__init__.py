"""What words say: Chinese figures and numerals, and how things are worded in English; no table is known here."""

LEDGER = "08_evidence.html"  # the page to which what rests on a row leads
