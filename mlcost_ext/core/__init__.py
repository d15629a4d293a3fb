"""The nouns and their arithmetic; standard library only, no input or output."""
