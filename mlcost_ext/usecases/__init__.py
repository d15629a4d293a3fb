"""The verbs: what the product does with the nouns; input and output only through `core.ports`."""
