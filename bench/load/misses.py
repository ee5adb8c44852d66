"""Many misses at once: as many connections, each of which asks for another cold object, all of them under way at the origin at the same time (or as many as open files allow)."""
import dataclasses, select, socket, threading, time

import pattern
from herd import sample
from servers import NginxCache, raise_open_files

KB, MB = 1024, 1024 * 1024
SIZE = 256 * KB
CLIENTS = 10_000
BOUND = 1024 * MB


@dataclasses.dataclass
class Client:
    socket: socket.socket
    number: int
    head: bytes = b""
    ok: bool = False
    received: int = 0
    problem: str = ""


def ask(server, clients, seconds=150):
    """All connect, then all ask; then all are read as they come, and every byte is compared."""
    data = memoryview(pattern.make())
    waiting, left = select.epoll(), {}
    for number in range(clients):
        client = Client(socket.create_connection(("127.0.0.1", server.port), 60), number)
        client.socket.setblocking(False)
        waiting.register(client.socket, select.EPOLLIN)
        left[client.socket.fileno()] = client
    everyone, start, last = list(left.values()), time.monotonic(), time.monotonic()
    for client in everyone:
        client.socket.send(f"GET /{SIZE}/{client.number} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode())
    buffer = memoryview(bytearray(MB))
    while left and time.monotonic() - start < seconds:
        for descriptor, _ in waiting.poll(1, 256):
            client = left[descriptor]
            try:
                count = client.socket.recv_into(buffer)
            except OSError as failure:
                count, client.problem = 0, str(failure)
            if take(client, buffer[:count], data):
                last = time.monotonic()
                waiting.unregister(descriptor)
                left.pop(descriptor).socket.close()
    for client in left.values():
        client.socket.close()
        client.problem = client.problem or f"{client.received} bytes in {seconds} s"
    return everyone, last - start


def take(client, arrived, data):
    """Compares what arrived; answers whether this client has finished."""
    if not arrived:
        client.problem = client.problem or f"ended after {client.received} bytes"
        return True
    if not client.ok:
        client.head += arrived
        end = client.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        lines = client.head[:end].lower().split(b"\r\n")
        client.ok = lines[0].split()[1] == b"200" and b"content-length: %d" % SIZE in lines[1:]
        if not client.ok:
            client.problem = lines[0].decode()
            return True
        arrived = memoryview(client.head)[end + 4:]
    at = pattern.place(client.number) + client.received
    if arrived != data[at:at + len(arrived)]:
        client.problem = "wrong bytes"
        return True
    client.received += len(arrived)
    return client.received >= SIZE


def measure(server, origin, clients):
    resident = server.memory("VmRSS")
    server.reset_peak()
    peak, stop = [resident], threading.Event()
    sampler = threading.Thread(target=sample, args=(server, peak, stop))
    sampler.start()
    before = server.cpu_seconds()
    try:
        everyone, taken = ask(server, clients)
    finally:
        stop.set()
        sampler.join()
    asked, most = origin.counts()
    complete = sum(client.received == SIZE and not client.problem for client in everyone)
    problems = sorted({client.problem for client in everyone if client.problem})
    return complete, sum(asked.values()), most, taken, server.cpu_seconds() - before, max(max(peak), server.memory("VmHWM")), problems


def run(comparison, table, progress, memory="256MB"):
    files = raise_open_files()
    clients, rows, notes = comparison.options.clients or CLIENTS, [], []
    # A server has a connection to the client and one to the origin for each; what it has of files besides is its own affair.
    if files < 2 * clients + 500:
        notes.append(f"{files:,} open files are all a process may have here: {clients:,} clients, and no more than {files - clients:,} connections to the origin and open files.")
    origin = comparison.start(pattern.PatternOrigin(comparison.scratch / "pattern", clients))
    for kind, settings in ((NginxCache, {"connections": 65536}), (comparison.subject, {"memory": memory})):
        progress(f"misses: {kind.name}")
        server = comparison.start(kind(comparison.scratch / f"misses-{kind.name.replace(' ', '-')}", origin, **settings))
        complete, asked, most, taken, used, peak, problems = measure(server, origin, clients)
        rows.append((server.name, f"{complete:,} of {clients:,}", f"{asked:,}", f"{most:,}", f"{taken:.1f}", f"{used:.1f}", f"**{peak / MB:,.0f} MB**"))
        notes += [f"{server.name}: {problem}" for problem in problems[:5]]
        comparison.stop(server)
    comparison.stop(origin)
    print(f"Misses: {clients:,} connections ask at once, each for another cold object of {SIZE // KB} KB, every byte compared; the origin holds its answers until nobody more asks. "
          f"Sluice with --memory {memory}; the bound is a peak of {BOUND // MB:,} MB, the memory tier included.\n")
    table(("server", "complete", "origin fetches", "at the origin at once", "seconds", "CPU seconds", "peak resident"), rows)
    for note in notes:
        print(f"- {note}")
    print(flush=True)


def drain(server, path, length):
    """Reads one answer and throws it away; the connection is kept alive meanwhile, as those of players and browsers are."""
    with socket.create_connection(("127.0.0.1", server.port), 60) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        buffer, received, head = memoryview(bytearray(MB)), 0, b""
        while received < length and (count := client.recv_into(buffer)):
            if not head:
                head = bytes(buffer[:8192])
                received -= head.index(b"\r\n\r\n") + 4
            received += count
        if received != length or not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{server.name}: {path} is {received} bytes of {length}")
