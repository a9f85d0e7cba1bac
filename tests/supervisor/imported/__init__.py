"""Configurations of supervisord, written here in the shapes of those of public projects."""
