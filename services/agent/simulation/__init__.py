"""An agent backend without a network: plain sentences in, edited files out."""

from services.agent.simulation.backend import Simulation

__all__ = ["Simulation"]
