"""What is tried at each hop: a sentence of what was seen, or `Broken`, or `NotTried`."""
