"""From the workstation to doors that hang already."""
