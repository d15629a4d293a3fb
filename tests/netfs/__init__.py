"""A network folder as it may be on a bad day: a file system of our own, for tests of what the home may lie on."""
