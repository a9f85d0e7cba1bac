"""The two commands: `nurseryd`, the daemon, and `nurseryctl`, its client."""
