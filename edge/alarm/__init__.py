"""The LED and the buzzer."""
