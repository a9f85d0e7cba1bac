"""The services of live editing: each a column of its own, meeting only by messages."""
