"""The Jupyter Server process."""
