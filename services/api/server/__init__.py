"""How the application is served: a connection of our own, and hypercorn for what is rare."""
