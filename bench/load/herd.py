"""The herd: many clients ask for one cold object at the same moment."""
import dataclasses, selectors, socket, statistics, threading, time, zlib


@dataclasses.dataclass
class Client:
    socket: socket.socket
    head: bytes = b""
    length: int = -1
    received: int = 0
    first: float = 0
    last: float = 0
    sum: int = 0
    checked: bool = False


@dataclasses.dataclass(frozen=True)
class Outcome:
    clients: int
    complete: int
    fetches: int
    fetched_bytes: int
    first_bytes: list
    last_byte: float
    growth: int

    @property
    def spread(self):
        return self.first_bytes[-1] / max(self.first_bytes[0], 1e-6)

    @property
    def median_first(self):
        return statistics.median(self.first_bytes)


def run(server, origin, path, wanted, clients=200):
    """All connect, then all ask; only then does anyone read. Two of them check every byte, all of them the length."""
    origin.settle()
    mark = origin.mark()
    resident = server.memory("VmRSS")
    server.reset_peak()
    peak, stop = [resident], threading.Event()
    sampler = threading.Thread(target=sample, args=(server, peak, stop))
    sampler.start()
    try:
        herd = ask(server, path, clients)
    finally:
        stop.set()
        sampler.join()
    origin.settle()
    fetches = origin.fetches(mark)
    expected = zlib.crc32(wanted)
    complete = sum(c.received == c.length == len(wanted) and (not c.checked or c.sum == expected) for c in herd)
    return Outcome(
        clients, complete, len(fetches), sum(fetch[1] for fetch in fetches), sorted(c.first for c in herd),
        max(c.last for c in herd), max(max(peak), server.memory("VmHWM")) - resident)


def sample(server, peak, stop):
    while not stop.wait(0.05):
        peak.append(server.memory("VmRSS"))


def ask(server, path, clients, seconds=90):
    herd = [Client(socket.create_connection(("127.0.0.1", server.port))) for _ in range(clients)]
    herd[0].checked = herd[-1].checked = True
    waiting = selectors.EpollSelector()
    for client in herd:
        client.socket.setblocking(False)
        waiting.register(client.socket, selectors.EVENT_READ, client)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode()
    start = time.monotonic()
    for client in herd:
        client.socket.send(request)
    left, buffer = clients, memoryview(bytearray(1 << 18))
    while left and time.monotonic() - start < seconds:
        for key, _ in waiting.select(1):
            client = key.data
            try:
                count = client.socket.recv_into(buffer)
            except ConnectionError:
                count = 0
            if take(client, buffer[:count], time.monotonic() - start):
                waiting.unregister(client.socket)
                client.socket.close()
                left -= 1
    return herd


def take(client, data, now):
    """Feeds what arrived; answers whether this client has finished."""
    if not data:
        return True
    if client.length < 0:
        client.head += data
        end = client.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        fields = dict(line.split(b":", 1) for line in client.head[:end].lower().split(b"\r\n")[1:])
        client.length = int(fields.get(b"content-length", -2))
        data = memoryview(client.head)[end + 4:]
    if len(data):
        client.first = client.first or now
        client.received += len(data)
        client.last = now
        if client.checked:
            client.sum = zlib.crc32(data, client.sum)
    return client.received >= client.length >= 0
