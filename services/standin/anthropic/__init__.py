"""Anthropic's Messages API, on its own and as Bedrock carries it."""
