"""An origin of made-up objects that anybody can check: object n of any size is a slice of the same random bytes from its own place on. It holds every answer until all that
can be expected have asked, so that they are under way at once, and counts."""
import collections, dataclasses, json, os, select, socket, subprocess, sys, time

from servers import ORIGIN_CORE, Server

MB = 1024 * 1024
QUIET_SECONDS = 2
SEED = 20261121


def make(length=18 * MB):
    import random
    return random.Random(SEED).randbytes(length)


def place(number):
    """Where object n begins: another place for each n below a million, since the step is odd."""
    return number * 4099 % MB


@dataclasses.dataclass
class Exchange:
    socket: socket.socket
    request: bytes = b""
    head: bytes = b""
    at: int = 0
    end: int = 0


class PatternOrigin(Server):
    """The origin as a child process; paths are /SIZE/NUMBER."""

    name = "origin"

    def __init__(self, folder, expected):
        super().__init__(folder, ORIGIN_CORE)
        self.expected = expected

    def command(self):
        return [sys.executable, __file__, str(self.port), str(self.expected), str(self.folder / "counts.json")]

    def counts(self):
        """(requests by path, most at once)."""
        os.kill(self.process.pid, 10)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if (self.folder / "counts.json").exists():
                found = json.loads((self.folder / "counts.json").read_text())
                (self.folder / "counts.json").unlink()
                return found["requests"], found["most"]
            time.sleep(0.02)
        raise SystemExit("the origin does not answer")


def serve(port, expected, counts):
    import signal
    asked, most, held, last, sending = collections.Counter(), 0, [], 0.0, 0
    data = memoryview(make())
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    listener.setblocking(False)
    waiting, open_ones, tell = select.epoll(), {}, []
    waiting.register(listener, select.EPOLLIN)
    signal.signal(signal.SIGUSR1, lambda *_: tell.append(True))
    while True:
        for descriptor, _ in waiting.poll(0.1, 256):
            if descriptor == listener.fileno():
                while True:
                    try:
                        accepted = listener.accept()[0]
                    except BlockingIOError:
                        break
                    accepted.setblocking(False)
                    open_ones[accepted.fileno()] = Exchange(accepted)
                    waiting.register(accepted, select.EPOLLIN)
                continue
            one = open_ones[descriptor]
            try:
                if one.head or one.end:
                    if push(one, data):
                        sending -= 1
                        waiting.modify(descriptor, select.EPOLLIN)
                    continue
                received = one.socket.recv(16384)
                one.request += received
                if received and b"\r\n\r\n" in one.request:
                    path = one.request.split(b" ", 2)[1].decode()
                    size, number = map(int, path[1:].split("/"))
                    one.request, one.at, one.end = b"", place(number), place(number) + size
                    one.head = (f'HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nETag: "{size}-{number}"\r\nContent-Type: application/octet-stream\r\n'
                                "Cache-Control: public, max-age=86400\r\n\r\n").encode()
                    asked[path] += 1
                    held.append(one)
                    most, last = max(most, len(held) + sending), time.monotonic()
                    waiting.modify(descriptor, 0)
            except ConnectionError:
                received = b""
            if not received:
                if one in held:
                    held.remove(one)
                elif one.end:
                    sending -= 1
                waiting.unregister(descriptor)
                open_ones.pop(descriptor).socket.close()
        if held and (len(held) >= expected or time.monotonic() - last > QUIET_SECONDS):
            for one in held:
                waiting.modify(one.socket, select.EPOLLOUT)
            sending, held = sending + len(held), []
        if tell:
            tell.clear()
            with open(counts + ".new", "w") as file:
                json.dump({"requests": asked, "most": most}, file)
            os.rename(counts + ".new", counts)
            asked, most = collections.Counter(), 0


def push(one, data):
    """Sends what the socket takes; answers whether that was all. 64 KB at a time, so that all progress alike."""
    try:
        if one.head:
            one.head = one.head[one.socket.send(one.head, socket.MSG_MORE):]
        if not one.head:
            one.at += one.socket.send(data[one.at:min(one.end, one.at + 65536)])
    except BlockingIOError:
        return False
    if one.at < one.end:
        return False
    one.at = one.end = 0
    return True


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
