"""Answers that go on: server-sent events."""
