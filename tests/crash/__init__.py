"""Whatever is killed when, each launch is in the ledger once: ``python -m tests.crash --kills 300 --seed 1``."""
