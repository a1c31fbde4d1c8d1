"""The workstation's second room: from a float network to a proven int8 file for the device."""
