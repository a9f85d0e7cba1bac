from tests.services.clock import autojump_clock

__all__ = ["autojump_clock"]
