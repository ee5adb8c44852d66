"""How long a miss holds up the origin's first byte: this process is the origin and the client, so it knows when it sent and when it received."""
import os, select, socket, statistics, time

from servers import CLIENT_CORE, NginxCache

MISSES = 300
WARM = 1500
BODY = bytes(range(256)) * 64


class Origin:
    """One listener in this process; the connections to it are answered by hand."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.waiting = select.epoll()
        self.open = {}
        self.waiting.register(self.listener, select.EPOLLIN)

    def request(self, seconds=30):
        """The connection that has asked next."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for descriptor, _ in self.waiting.poll(1):
                if descriptor == self.listener.fileno():
                    accepted = self.listener.accept()[0]
                    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.open[accepted.fileno()] = accepted
                    self.waiting.register(accepted, select.EPOLLIN)
                    continue
                one = self.open[descriptor]
                if one.recv(16384):
                    return one
                self.waiting.unregister(descriptor)
                self.open.pop(descriptor).close()
        raise SystemExit("first-byte: the origin was not asked")

    def close(self):
        for one in self.open.values():
            one.close()
        self.listener.close()


def miss(client, origin, port, number):
    """Milliseconds from before the origin's first byte to the client's first byte, and to its first of the body."""
    client.sendall(f"GET /{number} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    exchange = origin.request()
    # The head and a third of the body; the rest follows when that is through.
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {3 * len(BODY)}\r\nETag: \"{number}\"\r\nCache-Control: max-age=86400\r\n\r\n".encode()
    sent = time.monotonic()
    exchange.sendall(head + BODY)
    answer, first = client.recv(1 << 20), None
    first = time.monotonic()
    while b"\r\n\r\n" not in answer or not answer.split(b"\r\n\r\n", 1)[1]:
        answer += receive(client)
    of_body = time.monotonic()
    exchange.sendall(BODY * 2)
    expected = answer.index(b"\r\n\r\n") + 4 + 3 * len(BODY)
    while len(answer) < expected:
        answer += receive(client)
    if not answer.startswith(b"HTTP/1.1 200") or answer[expected - 3 * len(BODY):] != BODY * 3:
        raise SystemExit(f"first-byte: object {number} is not what the origin sent")
    return (first - sent) * 1000, (of_body - sent) * 1000


def receive(client):
    arrived = client.recv(1 << 20)
    if not arrived:
        raise SystemExit("first-byte: the connection ended within an answer")
    return arrived


def run(comparison, table, progress):
    count = 50 if comparison.options.quick else MISSES
    ways = []
    for kind in (None, NginxCache, comparison.subject):
        origin = Origin()
        # With tcp_nopush nginx would hold the beginning back until a segment is full, or 200 ms have passed.
        server = None if kind is None else comparison.start(kind(comparison.scratch / f"first-byte-{len(ways)}", origin, memory="256MB", nopush="off"))
        port = origin.port if server is None else server.port
        client = socket.create_connection(("127.0.0.1", port), 30)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ways.append((server, origin, client, port, []))
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {CLIENT_CORE})
    try:
        progress(f"first-byte: {count} misses each, in turn")
        for number in range(WARM + count):
            for _, origin, client, port, taken in ways if number % 2 else ways[::-1]:
                got = miss(client, origin, port, number)
                if number >= WARM:
                    taken.append(got)
    finally:
        os.sched_setaffinity(0, cores)
    rows = []
    for server, origin, client, _, taken in ways:
        client.close()
        if server:
            comparison.stop(server)
        origin.close()
        first, body = (sorted(times) for times in zip(*taken))
        rows.append((server.name if server else "none: the origin itself",
                     f"{statistics.median(first):.2f}", f"{first[int(len(first) * 0.99)]:.2f}", f"**{statistics.median(body):.2f}**", f"**{body[int(len(body) * 0.99)]:.2f}**", f"{body[-1]:.2f}"))
    print(f"First byte: milliseconds from before the origin sends head and {len(BODY) // 1024} KB of {3 * len(BODY) // 1024} KB to when the client has some, {count} misses one after the other, in turn. "
          "The bound is 1 ms more than without a server between.\n")
    table(("server between", "first byte, median", "P99", "first byte of the body, median", "P99", "latest"), rows)
