"""What Binder would do, done here."""
