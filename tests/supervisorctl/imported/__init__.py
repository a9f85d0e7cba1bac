"""Configurations of supervisord, whole, written here in the shapes of those of public projects."""
