"""The kernel process: what is loaded at its start, what watches its launches, and the magics."""
