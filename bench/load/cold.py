"""What a cache does before it has anything: a range of a cold large file, all of a large file, and a restart with many entries."""
import http.client, ssl, subprocess, time

from servers import CLIENT_CORE

CHUNK = 1024 * 1024
ENTRIES = 100_000


def cold_range(server, origin, path):
    """One 64 KB range out of the middle. Answers (seconds to the last byte, origin requests, origin bytes)."""
    origin.settle()
    mark = origin.mark()
    first = 1024 * CHUNK + 12345
    start = time.monotonic()
    status, _, body = get(server, path, {"Range": f"bytes={first}-{first + 65535}"})
    taken = time.monotonic() - start
    if status != 206 or len(body) != 65536 or any(body):
        raise SystemExit(f"{server.name}: a cold range answered {status} with {len(body)} bytes")
    time.sleep(0.5)
    origin.settle()
    fetches = origin.fetches(mark)
    return taken, len(fetches), sum(fetch[1] for fetch in fetches)


def whole(server, path, length):
    """All of a large cold object, thrown away as it comes. Answers (seconds, peak resident bytes, CPU seconds)."""
    server.reset_peak()
    before, start, received = server.cpu_seconds(), time.monotonic(), 0
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    buffer = bytearray(1 << 18)
    peak = 0
    while count := answer.readinto(buffer):
        received += count
        if received % (64 * CHUNK) < count:
            peak = max(peak, server.memory("VmRSS"))
    connection.close()
    if received != length:
        raise SystemExit(f"{server.name}: {received} bytes of {length}")
    return time.monotonic() - start, max(peak, server.memory("VmHWM")), server.cpu_seconds() - before


def fill(server, origin, folder, entries=ENTRIES):
    """Asks for many different small objects, until the origin has been asked for each."""
    mark = origin.mark()
    script = folder / "fill.lua"
    step, at, end = 10, 0, time.monotonic() + 600
    while at < entries and time.monotonic() < end:
        # wrk stops by time, not by count: each run goes on where the origin's log says the last one got to, and asks for one
        # number more, since wrk calls request() once before it begins.
        script.write_text(
            f"local at = {at - 1}\nfunction request() at = at + 1 if at > {entries} then at = 1 end return wrk.format(nil, '/tiny/' .. at) end\n")
        subprocess.run(
            ["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", "-c32", f"-d{step}s", "--timeout", "30s", "-s", str(script), server.url],
            stdin=subprocess.DEVNULL, capture_output=True, check=True)
        origin.settle()
        asked = {int(fetch[3].rsplit("/", 1)[1]) for fetch in origin.fetches(mark)}
        reached = next((number for number in range(at, entries) if number + 1 not in asked), entries)
        if reached == at:
            break
        at = reached
    if at < entries:
        raise SystemExit(f"{server.name}: only {at:,} of {entries:,} objects went in")


def restart(server, entries=ENTRIES):
    """Stops and starts a filled server. Answers (seconds to stop, seconds from start to the first answer, its cache status, hits of 500 spread over all, resident bytes)."""
    time.sleep(3)
    stopping = time.monotonic()
    server.stop()
    stopped = time.monotonic() - stopping
    server.start(wait=False)
    outcome = None
    while outcome is None:
        try:
            outcome = get(server, f"/tiny/{entries // 2}")[1]["X-Cache-Status"]
        except OSError:
            if server.process.poll() is not None or time.monotonic() - server.started > 60:
                server.wait_until_it_listens(0)
            time.sleep(0.002)
    first = time.monotonic() - server.started
    hits = sum(get(server, f"/tiny/{number}")[1]["X-Cache-Status"] == "HIT" for number in range(1, entries + 1, entries // 500))
    return stopped, first, outcome, hits, server.memory("VmRSS")


def get(server, path, headers=None):
    connection = (http.client.HTTPConnection("127.0.0.1", server.port, timeout=300) if server.scheme == "http"
                  else http.client.HTTPSConnection("127.0.0.1", server.port, timeout=300, context=ssl._create_unverified_context()))
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
