"""Readers of a gigabyte who take next to nothing: what they cost in memory while they are slow, and when the server ends one who has stopped."""
import pathlib, socket, time

import cold
from servers import raise_open_files

MB = 1024 * 1024
GB = 1024 * MB
READERS = 50
SECONDS = 15
TAKES = 16 * 1024
PATIENCE = 75


def connect(server, path):
    """A reader whose own buffer is small, so that what is on its way is the server's."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    reader.settimeout(60)
    reader.connect(("127.0.0.1", server.port))
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    return reader


def read_slowly(servers, path, readers, seconds):
    """Each reader takes a little of a body all the time. Answers the growth of each server's memory at its peak, and the readers."""
    before = [server.memory("VmRSS") for server in servers]
    everyone = [[connect(server, path) for _ in range(readers)] for server in servers]
    for mine in everyone:
        for reader in mine:
            if not reader.recv(TAKES).startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"slow-reader: {path} is not answered")
    peak, end = list(before), time.monotonic() + seconds
    while time.monotonic() < end:
        for mine in everyone:
            for reader in mine:
                if not reader.recv(TAKES):
                    raise SystemExit("slow-reader: a reader was cut off though it reads")
        peak = [max(most, server.memory("VmRSS")) for most, server in zip(peak, servers)]
        time.sleep(0.1)
    return [most - was for most, was in zip(peak, before)], everyone


def held(server):
    """Connections the server has: those with an inode, since what the kernel still sends for a closed one has none."""
    rows = (line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(int(row[1].split(":")[1], 16) == server.port and row[3] == "01" and row[9] != "0" for row in rows)


def ended_after(servers, patience):
    """Nobody reads: seconds until each server has closed every connection; None where it has not."""
    start, found = time.monotonic(), {}
    while len(found) < len(servers) and time.monotonic() - start < patience:
        for server in servers:
            if server not in found and held(server) == 0:
                found[server] = time.monotonic() - start
        time.sleep(0.25)
    return [found.get(server) for server in servers]


def run(comparison, table, progress):
    raise_open_files()
    for name in ("cached.bin", "cold.bin", "one.bin"):
        with open(comparison.root / name, "wb") as file:
            file.truncate(GB)
    readers = comparison.options.clients or READERS
    seconds, patience = (5, 5) if comparison.options.quick else (SECONDS, PATIENCE)
    servers = comparison.pair(memory="64MB")
    rows = {server: [] for server in servers}
    for server in servers:
        progress(f"slow-reader: {server.name} fetches the object")
        cold.whole(server, "/cached.bin", GB)
    time.sleep(3)
    for path, count in (("/cached.bin", readers), ("/one.bin", 1), ("/cold.bin", readers)):
        progress(f"slow-reader: {count} of {path}")
        growth, everyone = read_slowly(servers, path, count, seconds)
        for server, more in zip(servers, growth):
            rows[server].append(more)
        if path != "/cold.bin":
            for mine in everyone:
                for reader in mine:
                    reader.close()
            # What a closed reader leaves behind is not the next one's.
            time.sleep(3)
    progress("slow-reader: all stop reading")
    ended = ended_after(servers, patience)
    for mine in everyone:
        for reader in mine:
            reader.close()
    print(f"Slow readers of 1 GB, {TAKES // 1024} KB ten times a second each, for {seconds} s: growth of resident memory at its peak. Both servers at the same time; Sluice with --memory 64MB. "
          f"Then the {readers} of the cold object stop reading (asked: ended after 60 s).\n")
    table(("server", f"{readers} of a cached object", "each", "1 of a cold object", f"{readers} of a cold object", "each", "stopped readers ended after"),
          [(server.name, f"{many / MB:.1f} MB", f"**{many / readers / 1024:,.0f} KB**", f"{one / MB:.1f} MB", f"{fresh / MB:.1f} MB", f"**{fresh / readers / 1024:,.0f} KB**",
            "not within %d s" % patience if after is None else f"{after:.0f} s")
           for (server, (many, one, fresh)), after in zip(rows.items(), ended)])
    comparison.stop(*servers)
