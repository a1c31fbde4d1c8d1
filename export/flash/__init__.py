"""A card that installs maskwatch by itself: the bundle and the first-boot files onto its boot partition."""
