"""Random days of a machine, each verdict held against a simple model: ``python -m tests.sim --days 1000 --seed 1``."""
