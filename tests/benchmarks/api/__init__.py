"""The API under load: beside what the original stood on, and before a crowd."""
