"""A card that installs maskwatch by itself: writes the bundle and the first-boot files to its boot partition."""
