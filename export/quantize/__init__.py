"""From a trained network to an int8 model file that was audited and compared with the float network."""
