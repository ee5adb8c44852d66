"""GET of a 1 KB value: our client beside redis-benchmark, on one real Redis."""
import os, resource, shutil, statistics, subprocess, sys

from servers import CLIENT_CORE, REPOSITORY, SERVER_CORE, Server

# What the program has too: src/Sluice/Sluice.csproj.
AS_THE_PROGRAM = {"DOTNET_TieredPGO": "0", "DOTNET_TC_CallCountingDelayMs": "0"}
CLIENT = REPOSITORY / "bench/Sluice.Benchmarks/bin/Release/net10.0/Sluice.Benchmarks"


class Redis(Server):
    name = "Redis"

    def __init__(self, folder):
        super().__init__(folder, SERVER_CORE)

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]


def said(*command):
    done = subprocess.run(["taskset", "-c", str(CLIENT_CORE), *map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True, env=os.environ | AS_THE_PROGRAM)
    return done.stdout


def used():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def theirs(port, depth, requests):
    """Requests per second, and microseconds of processor time for one."""
    before = used()
    line = said("redis-benchmark", "-p", port, "-c", 1, "-P", depth, "-n", requests, "--csv", "GET", "k").strip().split("\n")[-1]
    return float(line.split(",")[1].strip('"')), (used() - before) / requests * 1e6


def ours(port, depth, seconds):
    return tuple(map(float, said(CLIENT, "redis", port, depth, seconds).split()))


def compare(scratch, rounds, seconds):
    """Name; their requests per second and processor time of one, ours; the median ratio of pairs, and its extremes."""
    for tool in ("redis-server", "redis-benchmark"):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing (Debian: apt-get install redis-server)")
    subprocess.run(["dotnet", "build", REPOSITORY / "bench/Sluice.Benchmarks", "-c", "Release", "-v", "quiet", "-nologo"], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)
    server = Redis(scratch / "redis").start()
    try:
        for name, depth, requests in (("in sequence", 1, 20_000), ("32 at a time", 32, 300_000)):
            said(CLIENT, "redis", server.port, depth, 1)  # puts the value there, and warms up
            requests *= seconds
            pairs = [(theirs(server.port, depth, requests), ours(server.port, depth, seconds)) for _ in range(rounds)]
            ratios = [our[0] / their[0] for their, our in pairs]
            yield name, *(statistics.median(figures) for figures in zip(*(their + our for their, our in pairs))), statistics.median(ratios), min(ratios), max(ratios)
    finally:
        server.stop()
