"""Real servers, kernels, terminals and files, each case idle or not idle: what a verdict has to be, by name."""
