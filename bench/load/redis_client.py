"""GET of a 1 KB value: our client beside redis-benchmark, on one real Redis."""
import shutil, statistics, subprocess, sys

from servers import CLIENT_CORE, REPOSITORY, SERVER_CORE, Server

CLIENT = REPOSITORY / "bench/Sluice.Benchmarks/bin/Release/net10.0/Sluice.Benchmarks"


class Redis(Server):
    name = "Redis"

    def __init__(self, folder):
        super().__init__(folder, SERVER_CORE)

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]


def said(*command):
    done = subprocess.run(["taskset", "-c", str(CLIENT_CORE), *map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True)
    return done.stdout


def theirs(port, depth, requests):
    line = said("redis-benchmark", "-p", port, "-c", 1, "-P", depth, "-n", requests, "--csv", "GET", "k").strip().split("\n")[-1]
    return float(line.split(",")[1].strip('"'))


def compare(scratch, rounds, seconds):
    """Name, their and our requests per second, the median ratio of pairs, and its extremes."""
    for tool in ("redis-server", "redis-benchmark"):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing (Debian: apt-get install redis-server)")
    subprocess.run(["dotnet", "build", REPOSITORY / "bench/Sluice.Benchmarks", "-c", "Release", "-v", "quiet", "-nologo"], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)
    server = Redis(scratch / "redis").start()
    try:
        for name, depth, requests in (("in sequence", 1, 20_000), ("32 at a time", 32, 300_000)):
            said(CLIENT, "redis", server.port, depth, 1)  # puts the value there, and warms up
            requests *= seconds
            pairs = [(theirs(server.port, depth, requests), float(said(CLIENT, "redis", server.port, depth, seconds))) for _ in range(rounds)]
            ratios = [ours / bar for bar, ours in pairs]
            yield name, statistics.median(bar for bar, _ in pairs), statistics.median(ours for _, ours in pairs), statistics.median(ratios), min(ratios), max(ratios)
    finally:
        server.stop()
