"""The cash of the counter: an officer's till in one currency, from its float to its count, the safe and deposits."""
