"""What is read of a region, one file each; every feed yields its questions (`ask`) and waits for nothing."""
