"""Hits: the same request many times over, from wrk on a core of its own, round by round in turn."""
import dataclasses, hashlib, re, statistics, subprocess

from cold import get
from servers import CLIENT_CORE

KB, MB = 1024, 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    paths: tuple
    connections: int = 64
    range: str = ""
    conditional: bool = False
    disk: bool = False
    note: str = ""

    @property
    def status(self):
        return 206 if self.range else 304 if self.conditional else 200


SET = tuple(f"/set/{i}.bin" for i in range(256))
WORKLOADS = [
    Workload("1KB", ("/1k.bin",), note="1 KB"),
    Workload("304", ("/16k.bin",), conditional=True, note="304 to If-None-Match"),
    Workload("16KB", ("/16k.bin",), note="16 KB"),
    Workload("range", ("/64m.bin",), range="bytes=33554432-33619967", note="64 KB range of 64 MB"),
    Workload("256KB", ("/256k.bin",), connections=16, note="256 KB"),
    Workload("1MB", ("/1m.bin",), connections=16, note="1 MB"),
    Workload("6MB", ("/6m.bin",), connections=16, note="6 MB"),
    Workload("set", SET, connections=16, note="256 objects of 1 MB"),
    Workload("disk-16KB", ("/16k.bin",), disk=True, note="16 KB, memory tier off"),
    Workload("disk-range", ("/64m.bin",), range="bytes=33554432-33619967", disk=True, note="64 KB range of 64 MB, memory tier off"),
    Workload("disk-1MB", ("/1m.bin",), connections=16, disk=True, note="1 MB, memory tier off"),
    Workload("disk-6MB", ("/6m.bin",), connections=16, disk=True, note="6 MB, memory tier off"),
]
SIZES = {"/1k.bin": KB, "/16k.bin": 16 * KB, "/256k.bin": 256 * KB, "/1m.bin": MB, "/6m.bin": 6 * MB, "/64m.bin": 64 * MB, **{path: MB for path in SET}}


@dataclasses.dataclass(frozen=True)
class Sample:
    per_second: float
    per_core: float
    p99: float
    failures: int


def warm(server, workload, root):
    """Fills the cache, and makes sure that what is about to be measured is a hit with the right bytes. Answers the headers to send."""
    headers = {"Range": workload.range} if workload.range else {}
    for path in workload.paths:
        for _ in range(2):
            get(server, path)
    wanted = (root / workload.paths[-1][1:]).read_bytes()
    if workload.range:
        first, last = map(int, re.findall(r"\d+", workload.range))
        wanted = wanted[first:last + 1]
    if workload.conditional:
        headers["If-None-Match"] = get(server, workload.paths[0])[1]["ETag"]
        wanted = b""
    status, answer, body = get(server, workload.paths[-1], headers)
    problem = (
        f"status {status}, not {workload.status}" if status != workload.status
        else f"{answer['X-Cache-Status']}, not HIT" if server.tells_status and answer["X-Cache-Status"] != "HIT"
        else "wrong bytes" if hashlib.sha256(body).digest() != hashlib.sha256(wanted).digest()
        else None)
    if problem:
        raise SystemExit(f"{server.name}, workload {workload.name}: {problem}")
    return headers


def measure(server, workload, headers, seconds, folder, cores=CLIENT_CORE, threads=1):
    script = folder / "requests.lua"
    script.write_text(
        "local paths = {" + ",".join(f'"{path}"' for path in workload.paths) + "}\nlocal requests, at = {}, 0\n"
        "function init() for i, path in ipairs(paths) do requests[i] = wrk.format(nil, path) end end\n"
        "function request() at = at % #requests + 1 return requests[at] end\n")
    command = ["taskset", "-c", str(cores), "wrk", f"-t{threads}", f"-c{workload.connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    # One path needs no script, and Lua costs the load generator time.
    command += ["-s", str(script), server.url] if len(workload.paths) > 1 else [server.url + workload.paths[0]]
    before = server.cpu_seconds()
    output = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    bad = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", output))
    bad += sum(int(n) for row in re.findall(r"Socket errors: (.*)", output) for n in re.findall(r"\d+", row))
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", output)
    return Sample(
        float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)), requests / max(used, 0.01),
        float(p99.group(1)) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[p99.group(2)], bad)


def compare(workload, servers, origin, root, rounds, seconds, folder):
    """Medians by server. A failure or an origin request during a measurement spoils it, and is said."""
    headers = {server: warm(server, workload, root) for server in servers}
    origin.settle()
    mark = origin.mark()
    samples = {server: [] for server in servers}
    for server in servers:
        # Not counted. A compiler that shares one busy core with the server takes seconds to finish.
        measure(server, workload, headers[server], 1 if seconds == 1 else max(seconds, 6), folder)
    for turn in range(rounds):
        for server in servers if turn % 2 == 0 else servers[::-1]:
            samples[server].append(measure(server, workload, headers[server], seconds, folder))
    spoilt = [f"{server.name}: {sum(s.failures for s in taken)} failed requests" for server, taken in samples.items() if any(s.failures for s in taken)]
    asked = len(origin.fetches(mark))
    if asked:
        spoilt.append(f"{asked} origin requests during hits")
    medians = [
        Sample(*(statistics.median(getattr(sample, field.name) for sample in samples[server]) for field in dataclasses.fields(Sample)))
        for server in servers]
    return medians, spoilt
