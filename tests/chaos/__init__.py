"""The real daemon killed again and again while it works, and that nothing is ever lost by it."""
