"""The catalog under load, in the shape of the viral scenario (row U112): clients ramp up to 100 on one video, each pausing 0.1 s; then 1,000 at once ask for a cold one; then 100 players
of its HLS. On SQLite, and on PostgreSQL with Redis. wrk is the client, for one that costs more than the server would measure itself. Prints Markdown."""
import argparse, asyncio, contextlib, json, os, pathlib, shlex, shutil, subprocess, sys, tempfile, time, urllib.request

from servers import CLIENT_CORE, HERE, REPOSITORY, SERVER_CORE, free_port

USER = "6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d"
THINK, CLIENTS, HERD = 100, 100, 1000
MOST = {"one video": 50, "manifests": 20, "segments": 50}


def call(method, url, body=None):
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def text(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def stop(process):
    process.terminate()
    process.wait(30)


class Postgres:
    """A database of our own, which counts statements."""

    def __init__(self, folder):
        self.programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))
        if not self.programs:
            sys.exit("run.sh: PostgreSQL is missing (Debian: apt-get install --no-install-recommends postgresql redis-server)")
        self.port, self.data = free_port(), folder / "data"
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self.run("initdb", "-D", self.data, "-U", "sluice", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8")
        self.run("pg_ctl", "-D", self.data, "-w", "-l", folder / "log", "-o", f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c shared_preload_libraries=pg_stat_statements", "start")
        self.ask("CREATE EXTENSION pg_stat_statements")

    @property
    def url(self):
        return f"postgres://sluice@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments):
        command = [str(self.programs / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Not a pipe: the server would hold it open.
        with tempfile.TemporaryFile() as output:
            if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False).returncode:
                output.seek(0)
                sys.exit(output.read().decode())
            output.seek(0)
            return output.read().decode().strip()

    def ask(self, sql):
        return self.run("psql", "-qtA", self.url, "-c", sql)

    def selects(self):
        return int(self.ask("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE 'SELECT id, user_id%FROM videos%'"))

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")


class Server:
    def __init__(self, folder, **environment):
        self.api, self.edge = free_port(), free_port()
        program = shlex.split(os.environ.get("SLUICE", "")) or [str(REPOSITORY / "sluice")]
        (folder / "media").mkdir()
        self.process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *program, "serve", str(folder / "media"), "--cache-dir", str(folder / "cache"), "--catalog", str(folder / "catalog"),
             "--api", f"127.0.0.1:{self.api}", "--edge", f"127.0.0.1:{self.edge}"],
            stdin=subprocess.DEVNULL, stdout=open(folder / "log", "wb"), stderr=subprocess.STDOUT, env=dict(os.environ, **environment))
        for _ in range(1200):
            with contextlib.suppress(OSError):
                call("GET", f"http://localhost:{self.api}/health/ready")
                return
            time.sleep(0.1)
        sys.exit((folder / "log").read_text())

    def counter(self, name, *labels):
        lines = [line for line in text(f"http://localhost:{self.api}/metrics").splitlines() if line.startswith(name + "{") and all(label in line for label in labels)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def selects(self):
        return self.counter("sluice_catalog_db_queries_total", 'query_type="select"', 'table="videos"')

    def looks(self, status):
        return self.counter("sluice_catalog_cache_operations_total", 'operation="get"', f'status="{status}"')

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

    def load(self, port, clients, seconds, pause, paths):
        """Begins; what it gives waits for the end and gives what was seen."""
        wrk = subprocess.Popen(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", str(HERE / "catalog.lua"), f"http://127.0.0.1:{port}", "--", str(pause), *paths],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        return lambda: json.loads(wrk.communicate()[0].splitlines()[-1])

    def files(self, video):
        """Paths of its manifests, and of its segments."""
        folder = f"http://localhost:{self.edge}/hls/{video}/"
        named = lambda manifest: [line for line in manifest.splitlines() if line and line[0] != "#"]
        playlists = named(text(folder + "master.m3u8"))
        segments = [f"{playlist.rsplit('/', 1)[0]}/{segment}" for playlist in playlists for segment in named(text(folder + playlist))]
        return [[f"/hls/{video}/{name}" for name in names] for names in (["master.m3u8", *playlists], segments)]


async def herd(server, video):
    """Connections that are open, and all ask at once; how many were answered."""
    ask = lambda path: f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    opened = [await asyncio.open_connection("127.0.0.1", server.api) for _ in range(HERD)]
    for _, writer in opened:
        writer.write(ask(f"/v1/videos/{video}"))
    heads = await asyncio.gather(*(reader.readuntil(b"\r\n\r\n") for reader, _ in opened))
    for _, writer in opened:
        writer.close()
    return sum(head.startswith(b"HTTP/1.1 200") for head in heads)


def row(name, seen):
    most = next(limit for word, limit in MOST.items() if word in name)
    print(f"| {name} | {seen['requests']:,} | {seen['p50']:.1f} ms | {seen['p95']:.1f} ms (at most {most}) | {seen['p99']:.1f} ms | {seen['errors'] / max(1, seen['requests']):.2%} |")


def measure(title, server, database, seconds):
    video, cold = server.video(REPOSITORY / "samples" / "media" / "clip.mp4"), server.video()
    before = server.selects(), server.looks("hit"), server.looks("miss"), database.selects() if database else 0
    paths = [f"/v1/videos/{video}"]
    ramp = max(1, seconds // 20)
    for clients in (CLIENTS // 4, CLIENTS // 2):
        server.load(server.api, clients, ramp, THINK, paths)()
    viral = server.load(server.api, CLIENTS, seconds, THINK, paths)()
    selects, hit, miss = server.selects() - before[0], server.looks("hit") - before[1], server.looks("miss") - before[2]
    counted = f" (pg_stat_statements: {database.selects() - before[3]})" if database else ""
    first = server.selects()
    answered = asyncio.run(herd(server, cold))
    cold_selects = server.selects() - first
    manifests, segments = server.files(video)
    both = [server.load(server.edge, CLIENTS, max(2, seconds // 3), pause, paths) for pause, paths in ((THINK * 5, manifests), (THINK, segments))]
    manifests, segments = [end() for end in both]

    print(f"\n### {title}\n\n| | requests | P50 | P95 | P99 | errors |\n|---|---|---|---|---|---|")
    row(f"{CLIENTS} clients, one video, {seconds} s", viral)
    row(f"{CLIENTS} players: manifests", manifests)
    row(f"{CLIENTS} players: segments", segments)
    print(f"\nSELECTs of the video in the run: {selects:.0f}{counted}, at most 2; cache hits {hit / max(1, hit + miss):.2%} of {hit + miss:,.0f} look-ups, at least 90 %. "
          f"{HERD:,} clients at once on a cold video: {answered:,} answered, {cold_selects:.0f} SELECT.", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="bench/load/run.sh catalog", description=__doc__)
    parser.add_argument("--seconds", type=int, default=40, help="how long all clients are there (default %(default)s; the scenario says 60)")
    parser.add_argument("--only", choices=["sqlite", "postgres"], help="one of the two")
    options = parser.parse_args(sys.argv[2:])
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(f"Server on one core, wrk on {'another' if CLIENT_CORE != SERVER_CORE else 'the same'}, load average {os.getloadavg()[0]:.0f} at the start.", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-catalog-"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        if options.only != "postgres":
            (folder / "alone").mkdir()
            server = Server(folder / "alone")
            with contextlib.ExitStack() as mine:
                mine.callback(stop, server.process)
                measure("SQLite, alone", server, None, options.seconds)
        if options.only != "sqlite":
            (folder / "shared").mkdir()
            database = Postgres(folder / "postgres")
            ending.callback(database.stop)
            port = free_port()
            redis = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            ending.callback(stop, redis)
            server = Server(folder / "shared", SLUICE__Catalog__Database=database.url, SLUICE__Redis__Host=f"127.0.0.1:{port}")
            ending.callback(stop, server.process)
            measure("PostgreSQL and Redis", server, database, options.seconds)


main()
