"""How promises, silences and dates are worded, and sentences that stop when they are no longer true."""
