"""Ports for what a test lets listen."""

import random
import socket

_PORTS = range(20_000, 32_000)
"""Below those that Linux gives away by itself (`ip_local_port_range`): such a one could be given to somebody else,
another test process or a connection, between the look and the use."""

_CHANCE = random.SystemRandom()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    while True:
        port = _CHANCE.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
