"""Ports for servers of tests that cannot choose one for themselves."""
import random
import socket


def free_port():
    """Below those that connections take for themselves, or one of them may take it before its server does."""
    while True:
        port = random.SystemRandom().randrange(10000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
