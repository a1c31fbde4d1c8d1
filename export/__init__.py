"""From a float network to a checked int8 file, and with it to the device: bundle, card, update."""
