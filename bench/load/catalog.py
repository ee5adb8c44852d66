"""The catalog under load, in the shape of the viral scenario (row U112): 100 clients on one video for 60 s, then 1,000 at once on a cold one, then 100 players on its HLS. Prints Markdown."""
import argparse, asyncio, json, os, pathlib, re, shlex, shutil, subprocess, sys, tempfile, time, urllib.request

from servers import CLIENT_CORE, REPOSITORY, SERVER_CORE, free_port

USER = "6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d"
THINK = 0.1


class Client:
    """One keep-alive connection."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def get(self, path):
        """Status and body."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        if length := re.search(r"(?im)^content-length: *(\d+)", head):
            return status, await self.reader.readexactly(int(length[1]))
        body = b""
        while count := int((await self.reader.readuntil(b"\r\n")).strip(), 16):
            body += await self.reader.readexactly(count)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return status, body


class Seen:
    def __init__(self):
        self.times, self.errors = [], 0

    async def time(self, work, good):
        began = time.perf_counter()
        try:
            status, body = await work
        except (OSError, asyncio.IncompleteReadError, ValueError):
            status, body = 0, b""
        self.times.append(time.perf_counter() - began)
        self.errors += not good(status, body)
        return body

    def row(self, name):
        ordered = sorted(self.times)
        at = lambda share: f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000:.1f} ms"
        return f"| {name} | {len(ordered):,} | {at(.5)} | {at(.95)} | {at(.99)} | {self.errors / len(ordered):.2%} |"


def call(method, url, body=None):
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


class Server:
    def __init__(self, folder, database):
        self.api, self.edge = free_port(), free_port()
        program = shlex.split(os.environ.get("SLUICE", "")) or [str(REPOSITORY / "sluice")]
        (folder / "media").mkdir()
        environment = dict(os.environ, DOTNET_TieredPGO="1")
        if database:
            environment["SLUICE__Catalog__Database"] = database
        self.process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *program, "serve", str(folder / "media"), "--cache-dir", str(folder / "cache"), "--catalog", str(folder / "catalog"),
             "--api", f"127.0.0.1:{self.api}", "--edge", f"127.0.0.1:{self.edge}"], stdin=subprocess.DEVNULL, stdout=open(folder / "log", "wb"), stderr=subprocess.STDOUT)
        for _ in range(600):
            try:
                return call("GET", f"http://localhost:{self.api}/health/ready") and None
            except OSError:
                time.sleep(0.1)
        sys.exit((folder / "log").read_text())

    def counter(self, name, *labels):
        with urllib.request.urlopen(f"http://localhost:{self.api}/metrics", timeout=30) as answer:
            lines = [line for line in answer.read().decode().splitlines() if line.startswith(name + "{") and all(label in line for label in labels)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def selects(self):
        return self.counter("sluice_catalog_db_queries_total", 'query_type="select"', 'table="videos"')

    def video(self, clip=None):
        video = call("POST", f"http://localhost:{self.api}/v1/videos", {"user_id": USER, "title": "Viral", "file_name": "clip.mp4"})
        if clip:
            with urllib.request.urlopen(urllib.request.Request(video["upload_url"], method="PUT", data=clip.read_bytes()), timeout=60):
                pass
            call("POST", f"http://localhost:{self.api}/v1/videos/{video['id']}/process")
            while (state := call("GET", f"http://localhost:{self.api}/v1/videos/{video['id']}"))["status"] == "PROCESSING":
                time.sleep(0.5)
            if state["status"] != "READY":
                sys.exit(f"{state}")
        return video["id"]


async def viral(server, video, seconds):
    """0 to 100 clients in 10 s, 100 for the time given, down again in 10 s; each pauses for 0.1 s."""
    seen, ramp, begun = Seen(), min(10, seconds / 6), time.perf_counter()

    async def client(number):
        await asyncio.sleep(ramp * number / 100)
        end, one = begun + ramp + seconds + ramp * (100 - number) / 100, Client(server.api)
        while time.perf_counter() < end:
            await seen.time(one.get(f"/v1/videos/{video}"), lambda status, body: status == 200 and video.encode() in body)
            await asyncio.sleep(THINK)

    await asyncio.gather(*(client(n) for n in range(100)))
    return seen


async def herd(server, video):
    """1,000 connections that are open, and all ask at once."""
    seen, clients = Seen(), [Client(server.api) for _ in range(1000)]
    for one in clients:
        await one.get("/health")
    await asyncio.gather(*(seen.time(one.get(f"/v1/videos/{video}"), lambda status, body: status == 200) for one in clients))
    return seen


async def players(server, video, seconds):
    manifests, segments, begun = Seen(), Seen(), time.perf_counter()

    async def player():
        one = Client(server.edge)
        while time.perf_counter() - begun < seconds:
            master = await manifests.time(one.get(f"/hls/{video}/master.m3u8"), lambda status, body: status == 200)
            playlist = next(line for line in master.decode().splitlines() if line and line[0] != "#")
            listed = await manifests.time(one.get(f"/hls/{video}/{playlist}"), lambda status, body: status == 200)
            for segment in (line for line in listed.decode().splitlines() if line and line[0] != "#"):
                await segments.time(one.get(f"/hls/{video}/{playlist.rsplit('/', 1)[0]}/{segment}"), lambda status, body: status == 200 and len(body) > 0)
                await asyncio.sleep(THINK)

    await asyncio.gather(*(player() for _ in range(100)))
    return manifests, segments


def main():
    parser = argparse.ArgumentParser(prog="bench/load/run.sh catalog", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long all clients are there (default %(default)s)")
    parser.add_argument("--database", help="postgres://USER@HOST/NAME of an empty database (default: SQLite)")
    options = parser.parse_args(sys.argv[2:])
    os.sched_setaffinity(0, {CLIENT_CORE})
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-catalog-"))
    server = None
    try:
        server = Server(folder, options.database)
        video, cold = server.video(REPOSITORY / "samples" / "media" / "clip.mp4"), server.video()
        hits, misses = (lambda: server.counter("sluice_catalog_cache_operations_total", 'status="hit"')), (lambda: server.counter("sluice_catalog_cache_operations_total", 'status="miss"'))
        before = server.selects(), hits(), misses()
        run = asyncio.run(viral(server, video, options.seconds))
        selects, hit, miss = server.selects() - before[0], hits() - before[1], misses() - before[2]
        before = server.selects()
        cold_run = asyncio.run(herd(server, cold))
        cold_selects = server.selects() - before
        manifests, segments = asyncio.run(players(server, video, options.seconds / 2))
        print(f"{'PostgreSQL' if options.database else 'SQLite'}, server on one core, clients on {'another' if CLIENT_CORE != SERVER_CORE else 'the same'}.\n")
        print("| | requests | P50 | P95 | P99 | errors |\n|---|---|---|---|---|---|")
        print(run.row(f"100 clients, one video, {options.seconds} s"))
        print(cold_run.row("1,000 clients at once, cold video"))
        print(manifests.row("100 players: manifests"))
        print(segments.row("100 players: segments"))
        print(f"\nSELECTs of the video in the run: {selects:.0f}; cache hits {hit / max(1, hit + miss):.2%} of {hit + miss:.0f} look-ups. SELECTs of the cold video: {cold_selects:.0f}.")
    finally:
        if server:
            server.process.terminate()
            server.process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


main()
