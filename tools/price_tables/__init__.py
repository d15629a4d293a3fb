"""The price tables that the shipped snapshot is made from, and what reads, writes and refreshes them."""
