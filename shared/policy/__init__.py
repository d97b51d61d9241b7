"""Pure decisions: facts in, decision out. Nothing here reads a file, a clock or the network."""
