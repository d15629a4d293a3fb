"""What was launched and what it cost: the spool that kernels append to, and the store that the server writes."""
