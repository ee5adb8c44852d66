"""Compares Sluice with nginx proxy_cache in front of the same nginx origin, on loopback, and prints Markdown."""
import argparse, datetime, os, pathlib, platform, re, shlex, shutil, signal, subprocess, sys, tempfile

import cold, cores, disk_cold, first_byte, herd, hits, idle, misses, monitoring, nodes, presign, redis_client, resident, slow_reader, tls, variants
from peers import PEERS
from servers import CLIENT_CORE, CORES, REPOSITORY, SERVER_CORE, SUBJECTS, NginxCache, Origin, Sluice, raise_open_files

MB = 1024 * 1024
LARGE = 2048 * MB
OTHERS = {"herd": "200 clients on one cold object of 64 MB (--clients 10000: of 1 MB)", "cold-range": "64 KB of a cold 2 GB object", "large": "all of a cold 2 GB object, memory tier 64 MB",
          "restart": "restart with 100,000 entries", "memory": "peak resident memory of the hits from memory, and what of it is over the memory tier", "monitoring": "what being watched costs a hit", "presign": "presigned URLs beside the AWS SDK",
          "redis": "GET of 1 KB from Redis through our client, beside redis-benchmark", "nodes": "three nodes on a Redis, a purge every 100 ms", "variants": "variants of videos beside ffmpeg alone (needs ffmpeg)",
          "misses": "10,000 misses at once (--clients)", "idle": "1,000 idle connections", "slow-reader": "readers of 1 GB who hardly read",
          "resident": "resident memory over the memory tier", "first-byte": "how long a miss holds up the origin's first byte", "disk-cold": "1 GB from the disk tier, page cache dropped, beside dd",
          "cores": "the server on two cores beside one", "tls": "hits over TLS by HTTP/1.1 and HTTP/2 (needs h2load and openssl)"}


def parse():
    names = [workload.name for workload in hits.WORKLOADS] + list(OTHERS)
    parser = argparse.ArgumentParser(prog="bench/load/run.sh", description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"which to run (default all): {' '.join(names)}")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each server for each kind of hit, in turn (default %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="length of one measurement (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="1 round of 1 second and 10,000 entries: a trial, not a figure")
    parser.add_argument("--subject", choices=SUBJECTS, default="sluice", help="what to compare with nginx; 'nginx' measures the measurement (default %(default)s)")
    parser.add_argument("--beside", action="append", choices=PEERS, default=[], help="what else to put beside nginx in the hits: other caches, or floor, a loop without a cache; may be repeated")
    parser.add_argument("--clients", type=int, help="how many of misses and herd (default 10,000 and 200)")
    parser.add_argument("--baseline", action="store_true", help="keep the ratios of presign, for later runs to be compared with")
    parser.add_argument("--scratch", help="where caches and files go (default: a temporary folder, removed afterwards; needs 12 GB)")
    options = parser.parse_args()
    if unknown := set(options.workloads) - set(names):
        parser.error(f"unknown workload {', '.join(sorted(unknown))}; there are: {' '.join(names)}")
    options.workloads = options.workloads or names
    if missing := [f"{name} ({PEERS[name].program})" for name in options.beside if not shutil.which(PEERS[name].program)]:
        parser.error(f"not installed: {', '.join(missing)} (Debian: apt-get install --no-install-recommends varnish trafficserver gcc libc6-dev)")
    if options.quick:
        options.rounds, options.seconds = 1, 1
    return options


def make_files(root, workloads):
    """Random bytes, the same for everyone; the large file is sparse."""
    root.mkdir(parents=True)
    if set(workloads) <= {"variants", "misses", "slow-reader", "resident", "first-byte", "disk-cold"}:
        return
    (root / "set").mkdir()
    for path, size in hits.SIZES.items():
        (root / path[1:]).write_bytes(os.urandom(size))
    with open(root / "2g.bin", "wb") as large:
        large.truncate(LARGE)


def progress(text):
    print(f"{datetime.datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def size(count):
    return f"{count / MB:,.1f} MB"


class Comparison:
    def __init__(self, options, scratch):
        self.options, self.scratch, self.running, self.folders = options, scratch, [], 0
        self.root = scratch / "files"
        make_files(self.root, options.workloads)
        self.origin = self.start(Origin(scratch / "origin", self.root))
        self.subject = SUBJECTS[options.subject]

    def start(self, server):
        self.running.append(server.start())
        return server

    def pair(self, *others, **settings):
        """nginx, what else is to stand beside it, and the subject, all empty."""
        self.folders += 1
        return [self.start(kind(self.scratch / f"{self.folders}-{number}", self.origin, **settings)) for number, kind in enumerate((NginxCache, *others, self.subject))]

    def stop(self, *servers):
        for server in servers or list(reversed(self.running)):
            server.stop()
            self.running.remove(server)
            if server is not self.origin:
                shutil.rmtree(server.folder, ignore_errors=True)

    def wants(self, name):
        return name in self.options.workloads

    def hits(self):
        rows, peers, spoilt = [], [], []
        others = [PEERS[name] for name in dict.fromkeys(self.options.beside)]
        for disk in (False, True):
            chosen = [workload for workload in hits.WORKLOADS if workload.disk == disk and self.wants(workload.name)]
            if not chosen:
                continue
            servers = self.pair(*others, memory="0" if disk else "1GB")
            for workload in chosen:
                progress(f"{workload.name}: {workload.note}")
                (bar, *between, ours), problems = hits.compare(
                    workload, servers, self.origin, self.root, self.options.rounds, self.options.seconds, self.scratch)
                spoilt += [f"{workload.name}: {problem}" for problem in problems]
                rows.append((
                    workload.note, f"{bar.per_second:,.0f}", f"{ours.per_second:,.0f}", f"{ours.per_second / bar.per_second:.2f}",
                    f"{bar.per_core:,.0f}", f"{ours.per_core:,.0f}", f"**{ours.per_core / bar.per_core:.2f}**", f"{bar.p99:.2f}", f"{ours.p99:.2f}"))
                peers.append((workload.note, *(f"{other.per_core:,.0f} ({other.per_core / bar.per_core:.2f}), {other.p99:.2f}" for other in between),
                              f"{ours.per_core:,.0f} (**{ours.per_core / bar.per_core:.2f}**), {ours.p99:.2f}"))
            if not disk and self.wants("memory"):
                self.resident = [(server.memory("VmHWM"), resident.tier(server)) for server in (servers[0], servers[-1])]
            self.stop(*servers)
        if rows:
            name = self.subject.name
            print("Hits. Per core: requests per second of the server's CPU time (user and system, all its processes).\n")
            table(("hit", "nginx, req/s", f"{name}, req/s", "ratio", "nginx, per core", f"{name}, per core", "ratio", "nginx P99, ms", f"{name} P99, ms"), rows)
            if others:
                print("The others in the same rounds, per core (times nginx), and P99 in ms.\n")
                table(("hit", *(other.name for other in others), name), peers)
        for problem in spoilt:
            print(f"**Spoilt**: {problem}\n")
        if hasattr(self, "resident"):
            print("Peak resident memory of these hits (nginx keeps bodies in the kernel's page cache, which is not counted); the bound is "
                  f"{size(resident.BOUND)} over the memory tier:\n")
            table(("server", "peak resident", "memory tier", "over it"),
                  [(server.name, size(peak), size(tier), size(peak - tier)) for server, (peak, tier) in zip((NginxCache, self.subject), self.resident)])

    def each(self, name, **settings):
        """Both servers for a workload where they run one after the other, each alone."""
        progress(f"{name}: {OTHERS[name]}")
        for server in self.pair(**settings):
            yield server
            self.stop(server)

    def herd(self):
        clients = self.options.clients or 200
        path, rows = "/slow/64m.bin" if clients <= 1000 else "/slow/1m.bin", []
        wanted = (self.root / path.removeprefix("/slow/")).read_bytes()
        if raise_open_files() < clients + 500:
            raise SystemExit(f"herd: {clients:,} clients need more open files than there may be here (ulimit -n)")
        for server in self.each("herd", memory="256MB", connections=max(8192, 2 * clients)):
            herd.ask(server, "/slow/6m.bin", 8) # so that a runtime that compiles as it goes has seen the way
            got = herd.run(server, self.origin, path, wanted, clients)
            rows.append((
                server.name, f"{got.complete:,} of {got.clients:,}", got.fetches, size(got.fetched_bytes), f"{got.first_bytes[0] * 1000:,.0f}",
                f"{got.median_first * 1000:,.0f}", f"{got.first_bytes[-1] * 1000:,.0f}", f"{got.spread:.2f}", f"{got.last_byte:.2f}", size(got.growth)))
        print(f"Herd: {clients:,} clients ask at once for one cold object of {len(wanted) // MB} MB; the origin sends 64 MB/s. Growth is that of resident memory at its peak.\n")
        table(("server", "complete", "origin fetches", "origin bytes", "first byte, ms: first", "median", "last", "last / first", "last byte, s", "growth"), rows)

    def cold_range(self):
        rows = []
        for server in self.each("cold-range", memory="256MB"):
            taken, requests, count = cold.cold_range(server, self.origin, "/2g.bin")
            rows.append((server.name, f"{taken * 1000:,.0f}", requests, size(count)))
        print("A range of 64 KB out of the middle of a cold object of 2 GB.\n")
        table(("server", "last byte, ms", "origin fetches", "origin bytes"), rows)

    def large(self):
        rows = []
        for server in self.each("large", memory="64MB"):
            taken, peak, used = cold.whole(server, "/2g.bin", LARGE)
            rows.append((server.name, f"{taken:.1f}", f"{LARGE / MB / taken:,.0f}", f"{used:.1f}", size(peak)))
        print("All of a cold object of 2 GB; Sluice with --memory 64MB.\n")
        table(("server", "seconds", "MB/s", "CPU seconds", "peak resident"), rows)

    def restart(self):
        entries, rows = 10_000 if self.options.quick else cold.ENTRIES, []
        for server in self.each("restart", memory="256MB"):
            cold.fill(server, self.origin, self.scratch, entries)
            stopped, first, outcome, found, resident = cold.restart(server, entries)
            rows.append((server.name, f"{stopped:.2f}", f"{first * 1000:,.0f}", outcome, f"{found} of 500", size(resident)))
        print(f"Restart with {entries:,} entries of 1 KB on disk.\n")
        table(("server", "stop, s", "start to first answer, ms", "it was", "hits of 500 spread over all", "resident"), rows)

    def redis(self):
        progress(f"redis: {OTHERS['redis']}")
        rows = [(name, f"{theirs:,.0f}", f"{ours:,.0f}", f"**{ratio:.2f}**", f"{lowest:.2f} to {highest:.2f}", f"{their_cost:.2f}", f"{our_cost:.2f}")
                for name, theirs, their_cost, ours, our_cost, ratio, lowest, highest in redis_client.compare(self.scratch, self.options.rounds, self.options.seconds)]
        print("GET of a value of 1 KB over one connection, a real Redis; medians, the two in turn; server on one core, client on the other.\n")
        table(("way", "redis-benchmark, req/s", "our client, req/s", "ratio", "lowest and highest pair", "processor µs each: theirs", "ours"), rows)

    def nodes(self):
        progress(f"nodes: {OTHERS['nodes']}")
        taken, silent, served, stale, failed = nodes.run(self.scratch, 100 if self.options.quick else 600)
        last, middle = nodes.p99(taken)
        print(f"Three nodes on one Redis, six viewers, a purge every 100 ms by turns on each; {len(taken)} purges, from the request to the receipt, by when every node it counts has carried it out.\n")
        table(("median, ms", "P99, ms (asked: under 50)", "slowest, ms", "receipts that do not count 3 nodes", "answers", "stale after a receipt", "failed"),
              [(f"{middle:.1f}", f"**{last:.1f}**", f"{taken[-1]:.1f}", silent, f"{served:,}", stale, failed)])

    def variants(self):
        progress(f"variants: {OTHERS['variants']}")
        variants.make_sources(self.root)
        self.folders += 1
        server = self.start(Sluice(self.scratch / str(self.folders), self.origin))
        alone, through = variants.overhead(server, self.root, self.options.rounds)
        print(f"A variant of {variants.SECONDS} s at 640x480, `{variants.QUERY}`, made by the same command with and without Sluice, in turn; medians.\n")
        table(("", "first byte, ms", "last byte, ms"), [
            ("ffmpeg alone", f"{alone[0] * 1000:,.0f}", f"{alone[1] * 1000:,.0f}"),
            ("through Sluice", f"{through[0] * 1000:,.0f}", f"{through[1] * 1000:,.0f}"),
            ("more", f"{(through[0] - alone[0]) * 1000:,.0f}", f"{(through[1] - alone[1]) * 1000:,.0f} ({(through[1] / alone[1] - 1) * 100:.1f} %)")])
        bound = alone[1] * 1.05 + 0.1
        print(f"Overhead: {(through[1] - alone[1]) * 1000:,.0f} ms of {alone[1] * 1000:,.0f} ms; the bound is 5 % and 100 ms: {'held' if through[1] <= bound else 'NOT HELD'}. "
              f"First byte {(through[0] - alone[0]) * 1000:,.0f} ms after ffmpeg's first output; the bound is 1 s: {'held' if through[0] - alone[0] <= 1 else 'NOT HELD'}.\n", flush=True)
        progress("variants: a crowd")
        runs, lengths, last = variants.crowd(server)
        progress("variants: a frame and a sheet of a cold gigabyte")
        taken, fetches, count = variants.frame(server, self.origin)
        sheet = variants.sheet(server, self.origin)
        progress("variants: hits")
        variant, plain = variants.hit(server, self.root, min(self.options.rounds, 3), min(self.options.seconds, 2), self.scratch)
        table(("", "figure"), [
            (f"{variants.VIEWERS} viewers of one cold variant: runs of ffmpeg", runs),
            ("answers of different lengths among them", lengths - 1),
            ("latest first byte, ms", f"{last * 1000:,.0f}"),
            ("a frame at half of a cold file of 1 GB: ms", f"{taken * 1000:,.0f}"),
            ("requests to the origin for it", fetches),
            ("bytes the origin sent for it", size(count)),
            ("and then for a sprite sheet of 12 pictures of the same file", size(sheet)),
            ("hits of a cached variant, per second of the server's time", f"{variant:,.0f}"),
            ("hits of a file of the same bytes", f"{plain:,.0f}"),
            ("a variant's hit beside any hit", f"**{variant / plain:.2f}**")])
        self.stop(server)

    def run(self):
        if set(self.options.workloads) <= {"redis", "nodes"}:
            return [getattr(self, name)() for name in self.options.workloads]
        self.hits()
        for module in (monitoring, misses, idle, slow_reader, resident, first_byte, disk_cold, cores, tls):
            if self.wants(module.__name__.replace("_", "-")):
                module.run(self, table, progress)
        for name, work in (("herd", self.herd), ("cold-range", self.cold_range), ("large", self.large), ("restart", self.restart), ("redis", self.redis), ("nodes", self.nodes), ("variants", self.variants)):
            if self.wants(name):
                work()


def said(*command):
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return (done.stdout + done.stderr).strip().split("\n")[0]


def describe():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) / MB
    revision = said("git", "rev-parse", "--short", "HEAD") + (" with changes" if said("git", "status", "--porcelain") else "")
    print(f"`bench/load/run.sh {shlex.join(sys.argv[1:])}`".replace(" `", "`"))
    print(f"on {datetime.date.today()}, revision {revision}: {os.cpu_count()} cores of {model.group(1) if model else platform.machine()}, {memory:.0f} GB, "
          f"Linux {platform.release()}, {said('nginx', '-v').removeprefix('nginx version: ')}, {said('wrk', '-v').split(' Copyright')[0]}, .NET SDK {said('dotnet', '--version')}; "
          f"the server on core {SERVER_CORE}, the load on core {CLIENT_CORE}.\n", flush=True)


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)) # so that the servers are stopped
    if len(CORES) < 2:
        print("one core only: server and load share it, so only the figures per core mean something", file=sys.stderr)
    if SUBJECTS[options.subject] is Sluice:
        subprocess.run([REPOSITORY / "sluice", "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="sluice-load-", dir=options.scratch)).resolve()
    comparison = None
    try:
        describe()
        if options.workloads != ["presign"]:
            comparison = Comparison(options, scratch)
            comparison.run()
        if "presign" in options.workloads:
            presign.run(options, scratch, table, progress)
    finally:
        if comparison:
            comparison.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
