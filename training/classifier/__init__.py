"""Fitting the network that tells masked faces from others: crops of faces in, a float network out."""
