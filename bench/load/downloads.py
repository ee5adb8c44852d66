"""Compares cold downloads of sluice get with aws s3 cp from the same S3 server, and measures hits, scenarios and lookups of the download cache; prints Markdown."""
import argparse, contextlib, os, pathlib, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

from servers import REPOSITORY, free_port

MB = 1_000_000
OBJECTS = {"1g": 1000, "100m": 100, "10m": 10, **{f"50m-{i}": 50 for i in range(20)}}
# The scenarios tell what their network was: 1000 MB in 200 s (PRF-07), 500 MB in 150 s and 1000 MB in 300 s (PRF-08, PRF-09).
LINES = {"PRF-07": 1000 * MB / 200, "PRF-08": 500 * MB / 150, "PRF-09": 1000 * MB / 300}


def parse():
    parser = argparse.ArgumentParser(prog="bench/load/run.sh downloads", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="downloads of 1 GB by each program, in turn (default %(default)s)")
    parser.add_argument("--delay", type=float, default=20, help="round-trip time to the server in ms (default %(default)s)")
    parser.add_argument("--scratch", help="where files go (default: a temporary folder, removed afterwards; needs 6 GB, and the server 3 GB of memory)")
    parser.add_argument("--faster", type=float, default=6, help="scenarios have a line so many times faster than theirs was; the way stays as long (default %(default)s)")
    parser.add_argument("--only", choices=("cold", "hits", "scenarios"), help="one part of it")
    return parser.parse_args()


def listens(port):
    with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", port), 1)):
        return True
    return False


def twenty_free_ports():
    for first in range(25_000, 30_000, 20):
        if not any(listens(port) for port in range(first, first + 20)):
            return first
    raise SystemExit("found no twenty free ports for the S3 server")


class Bed:
    """The S3 server, the way to it, and what programs need to know."""

    def __init__(self, scratch, delay):
        self.scratch, self.relays, self.delay = scratch, [], delay
        self.port = port = twenty_free_ports()
        lines = subprocess.run([REPOSITORY / "eng/s3-server.sh", "start", scratch / "s3", str(port)], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        exports = dict(line.removeprefix("export ").split("=", 1) for line in lines.splitlines())
        self.near = exports["S3_ENDPOINT"]
        self.environment = {**os.environ, "AWS_ACCESS_KEY_ID": exports["S3_ACCESS_KEY"], "AWS_SECRET_ACCESS_KEY": exports["S3_SECRET_KEY"], "AWS_REGION": exports["S3_REGION"],
                            "AWS_DEFAULT_REGION": exports["S3_REGION"], "AWS_EC2_METADATA_DISABLED": "true"}
        self.far = self.way()
        self.environment["AWS_ENDPOINT_URL"] = self.far

    def way(self, rate=0):
        """A way to the server of its own, as long as all; with a rate in bytes a second, as narrow."""
        port = free_port()
        self.relays.append(subprocess.Popen([sys.executable, pathlib.Path(__file__).parent / "delay.py", str(port), str(self.port), str(self.delay / 2000), str(rate)], stdin=subprocess.DEVNULL))
        while not listens(port):
            time.sleep(0.05)
        return f"http://127.0.0.1:{port}"

    def aws(self, *arguments, endpoint=None):
        subprocess.run(["/usr/bin/aws" if os.path.exists("/usr/bin/aws") else "aws", "--endpoint-url", endpoint or self.far, *arguments], check=True, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def fill(self, which):
        self.aws("s3", "mb", "s3://figures", endpoint=self.near)
        piece, folder = os.urandom(MB), self.scratch / "upload"
        folder.mkdir()
        for key, size in OBJECTS.items():
            if which(key):
                with open(folder / key, "wb") as out:
                    for i in range(size):
                        out.write(i.to_bytes(8, "little") + piece[8:])
        self.aws("s3", "cp", "--quiet", "--recursive", str(folder), "s3://figures/", endpoint=self.near)
        shutil.rmtree(folder)

    def stop(self):
        for relay in self.relays:
            relay.terminate()
            relay.wait()
        subprocess.run([REPOSITORY / "eng/s3-server.sh", "wipe", self.scratch / "s3"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)


def timed(run):
    before, begun = os.times(), time.monotonic()
    run()
    after = os.times()
    return time.monotonic() - begun, after.children_user + after.children_system - before.children_user - before.children_system


def cold(bed, scratch, rounds):
    program = os.environ.get("SLUICE_EXE", REPOSITORY / "sluice")
    subprocess.run([program, "--version"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    target = scratch / "target"

    def ours():
        shutil.rmtree(scratch / "cache", ignore_errors=True)
        subprocess.run([program, "get", "s3://figures/1g", "-o", target], check=True, env={**bed.environment, "CACHE_DIR": str(scratch / "cache"), "CACHE_MAX_SIZE_MB": "4000"},
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    programs = {"aws s3 cp": lambda: bed.aws("s3", "cp", "--quiet", "s3://figures/1g", str(target)), "sluice get -o": ours}
    results = {name: [] for name in programs}
    for i in range(rounds):
        for name in sorted(programs, reverse=bool(i % 2)):
            target.unlink(missing_ok=True)
            results[name].append(timed(programs[name]))
            print(f"{name}: {results[name][-1][0]:.1f} s", file=sys.stderr, flush=True)
    print("A cold object of 1 GB, medians; start of the program included.\n\n| program | seconds | MB/s | CPU seconds |\n|---|---|---|---|")
    for name, figures in results.items():
        seconds, cpu = (statistics.median(column) for column in zip(*figures))
        print(f"| {name} | {seconds:.1f} | {1000 / seconds:,.0f} | {cpu:.1f} |")
    ratios = [theirs[0] / mine[0] for theirs, mine in zip(results["aws s3 cp"], results["sluice get -o"])]
    print(f"\nPaired by round, sluice is {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f}).\n", flush=True)


def figures(bed, *arguments):
    project = REPOSITORY / "bench/Sluice.Benchmarks"
    built = project / "bin/Release/net10.0/Sluice.Benchmarks.dll"
    subprocess.run(["dotnet", "build", project, "-c", "Release", "-v", "q", "-nologo", "-p:RunAnalyzers=false"], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    subprocess.run(["dotnet", built, "downloads", *map(str, arguments)], check=True, env=bed.environment, stdin=subprocess.DEVNULL)


def scenarios(bed, scratch, faster):
    print(f"\nScenarios over the line of each, {faster:g} times as fast and as long a way all the same, so times are {faster:g} times shorter than theirs and validations as slow as ever.\n", flush=True)
    figures(bed, "scenarios", scratch / "scenarios", "figures", *(bed.way(rate * faster) for rate in LINES.values()))


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="sluice-downloads-load-", dir=options.scratch)).resolve()
    bed = None
    try:
        bed = Bed(scratch, options.delay)
        bed.fill({"cold": lambda key: key == "1g", "hits": lambda key: key[0] == "1", "scenarios": lambda key: key != "1g"}.get(options.only, lambda key: True))
        print(f"Ceph's S3 server on loopback, {options.delay:g} ms away by a relay, on the same {os.cpu_count()} cores as everything else.\n")
        if options.only in (None, "cold"):
            cold(bed, scratch, options.rounds)
        if options.only in (None, "hits"):
            figures(bed, "hits", scratch / "figures", "figures")
        if options.only in (None, "scenarios"):
            scenarios(bed, scratch, options.faster)
    finally:
        if bed:
            bed.stop()
        shutil.rmtree(scratch, ignore_errors=True)


main()
