"""A TCP relay on loopback that holds every byte for a while in each direction: a longer way to a server, also where the kernel has no netem.

delay.py PORT TARGET SECONDS [BYTES_A_SECOND]: with the last one what the server sends shares a line of that bandwidth.
Threads that hand over what the kernel gave them: no copying in Python, and nothing held while it waits, so that the relay takes little of the processors it shares with who is measured."""
import contextlib, queue, socket, sys, threading, time

PIECE, QUEUED = 256 * 1024, 32  # 8 MB on the way per connection and direction, as a well-tuned TCP has
AHEAD = 0.05  # seconds of the line that one connection may take before others get their turn


class Line:
    """What all connections share. Bytes leave one after another."""

    def __init__(self, rate):
        self.rate, self.free, self.gate = rate, 0.0, threading.Lock()

    def take(self, count):
        with self.gate:
            self.free = max(self.free, time.monotonic()) + count / self.rate
            return self.free


def carry(source, target, seconds, line):
    pieces = queue.Queue(QUEUED)

    def take_in():
        with contextlib.suppress(OSError):
            while data := source.recv(PIECE):
                sent = line.take(len(data)) if line else time.monotonic()
                pieces.put((sent + seconds, data))
                if (ahead := sent - time.monotonic()) > AHEAD:
                    time.sleep(ahead - AHEAD)
        pieces.put((time.monotonic() + seconds, b""))

    threading.Thread(target=take_in, daemon=True).start()
    with contextlib.suppress(OSError):
        while True:
            due, data = pieces.get()
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)
    # Whoever cannot take any more ends it for both; what waits in the queue would keep its thread.
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    while pieces.get()[1]:
        pass


def serve(near, port, seconds, line):
    with near, socket.socket() as far:
        try:
            far.connect(("127.0.0.1", port))
        except OSError:
            return
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        up = threading.Thread(target=carry, args=(near, far, seconds, None), daemon=True)
        up.start()
        carry(far, near, seconds, line)
        up.join()


def main(port, target, seconds, rate=0.0):
    line = Line(rate) if rate else None
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        while True:
            near, _ = listener.accept()
            threading.Thread(target=serve, args=(near, target, seconds, line), daemon=True).start()


main(int(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:]))
