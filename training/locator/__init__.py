"""Fitting the network that finds faces: scenes with boxes in, a float network out."""
