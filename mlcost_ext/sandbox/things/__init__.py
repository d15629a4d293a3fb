"""What the practice account keeps, one file a kind: what was asked, and what AWS says of it at a given moment."""
