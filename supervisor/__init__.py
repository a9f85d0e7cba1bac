"""A process supervisor on Trio: programs and coroutines, kept as they are wanted."""
