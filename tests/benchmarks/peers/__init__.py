"""The supervisors, ours first."""

from __future__ import annotations

from tests.benchmarks.peers.circus import Circus
from tests.benchmarks.peers.daemontools import S6, Runit
from tests.benchmarks.peers.nurseryd import Nurseryd, NurserydFile
from tests.benchmarks.peers.peer import Peer
from tests.benchmarks.peers.pm2 import Pm2
from tests.benchmarks.peers.supervisord import Supervisord
from tests.benchmarks.peers.tini import Tini

PEERS: tuple[type[Peer], ...] = (
    Nurseryd,
    NurserydFile,
    Supervisord,
    Circus,
    S6,
    Runit,
    Pm2,
    Tini,
)
