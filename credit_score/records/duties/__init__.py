"""What units owe by records: clocks, the four zeros, coverage of the catalogue, and repair."""
