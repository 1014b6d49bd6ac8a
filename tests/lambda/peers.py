"""A name server that knows every name as 127.0.0.1, and TLS in front of a port: peers.py KEY CERTIFICATE PORT.

Prints the name server's address and the port of TLS.
"""
import random
import socket
import ssl
import sys
import threading


def name_server():
    """A socket on port 53 of an address of the loopback network that nobody has."""
    while True:
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            server.bind((f"127.53.{random.randrange(256)}.{random.randrange(1, 255)}", 53))
            return server
        except PermissionError:
            raise
        except OSError:
            server.close()


def names(server):
    while True:
        query, asker = server.recvfrom(4096)
        end = query.index(b"\0", 12) + 5
        has = query[end - 4:end - 2] == b"\0\1"  # A; of AAAA there is none
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if has else b""
        server.sendto(query[:2] + b"\x81\x80\0\1" + (b"\0\1" if has else b"\0\0") + b"\0\0\0\0" + query[12:end] + answer, asker)


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def passes_on(context, plain, port):
    try:
        client = context.wrap_socket(plain, server_side=True)
    except OSError:
        return  # it does not trust us
    behind = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=pump, args=(behind, client), daemon=True).start()
    pump(client, behind)


def main(key, certificate, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = name_server()
    threading.Thread(target=names, args=(server,), daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(server.getsockname()[0], listener.getsockname()[1], flush=True)
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=passes_on, args=(context, plain, port), daemon=True).start()


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
