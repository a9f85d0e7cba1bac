"""Clients of an API, made of its OpenAPI document."""
