"""Tests of the practice account."""
