"""Made-up cases in bulk, and the figures measured on them (``make bench``)."""
