"""What this machine does now, measured from outside: no kernel is asked, and no byte of a terminal is read."""
