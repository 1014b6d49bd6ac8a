"""Brings the loopback interface up, as it is down in a network namespace of one's own."""
import fcntl
import socket
import struct

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as interface:
    name = b"lo".ljust(16, b"\0")
    flags = struct.unpack_from("H", fcntl.ioctl(interface, 0x8913, name + bytes(24)), 16)[0]  # SIOCGIFFLAGS
    if not flags & 1:
        fcntl.ioctl(interface, 0x8914, name + struct.pack("H", flags | 1) + bytes(22))  # SIOCSIFFLAGS, IFF_UP
