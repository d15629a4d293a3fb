"""Activity signals become a verdict that explains itself; everything here is computed from what probes have measured."""
