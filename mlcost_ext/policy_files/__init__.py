"""Where policies come from: the files of the layers, and what they were compiled to."""
