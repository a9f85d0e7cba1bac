"""Pictures of every view of the studio, for the README and for whoever works on it."""
