"""Configurations of supervisord, written for these tests in the shapes of those of public projects."""
