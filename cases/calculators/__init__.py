"""Money calculators: pure counting, with the working line by line and what it rests on."""
