"""Measurements, each with a peer in the same run: `python -m benchmarks` lists them, `make bench` runs them."""
