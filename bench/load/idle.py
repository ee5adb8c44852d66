"""What connections cost that do nothing: processor time while 1,000 of them, each of which made one request, wait for their next."""
import socket, time

import cold
from servers import raise_open_files

CONNECTIONS = 1000
PATH = "/1k.bin"


def ask(one, server):
    """One request on a connection that stays; answers whether it was answered whole."""
    one.sendall(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer or len(answer.split(b"\r\n\r\n", 1)[1]) < 1024:
        arrived = one.recv(8192)
        if not arrived:
            return False
        answer += arrived
    return answer.startswith(b"HTTP/1.1 200") and len(answer.split(b"\r\n\r\n", 1)[1]) == 1024


def spent(servers, seconds):
    before = [server.cpu_seconds() for server in servers]
    start = time.monotonic()
    time.sleep(seconds)
    taken = time.monotonic() - start
    return [(server.cpu_seconds() - was) * 1000 / taken for server, was in zip(servers, before)]


def run(comparison, table, progress):
    raise_open_files()
    seconds = 5 if comparison.options.quick else 30
    servers = comparison.pair(memory="256MB")
    for server in servers:
        for _ in range(3):
            cold.get(server, PATH)
    # What a start leaves to do, compiling above all, is over by then.
    time.sleep(10)
    progress("idle: no connections")
    alone = spent(servers, seconds)
    connections = [[socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(CONNECTIONS)] for server in servers]
    answered = [sum(ask(one, server) for one in mine) for server, mine in zip(servers, connections)]
    time.sleep(5)
    progress(f"idle: {CONNECTIONS:,} connections to each")
    waiting = spent(servers, seconds)
    alive = [sum(ask(one, server) for one in mine) for server, mine in zip(servers, connections)]
    for mine in connections:
        for one in mine:
            one.close()
    print(f"Idle: milliseconds of processor time a second while {CONNECTIONS:,} keep-alive connections wait, each after one request, over {seconds} s; the bound is 5.\n")
    table(("server", "with no connection", f"with {CONNECTIONS:,}", "answered before", "answered after"),
          [(server.name, f"{none:.2f}", f"**{many:.2f}**", f"{first:,}", f"{last:,}") for server, none, many, first, last in zip(servers, alone, waiting, answered, alive)])
    comparison.stop(*servers)
