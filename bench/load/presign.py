"""Presigned URLs: the API under load and our library in process, beside the AWS SDK's GetPreSignedURL in process."""
import json, os, re, statistics, subprocess, urllib.request

from servers import CLIENT_CORE, HERE, REPOSITORY, SERVER_CORE, Server, free_port

BASELINE = HERE / "presign-baseline.json"
PATHS = [f"/v1/presign/videos/2026/film-{i:07}.mp4" for i in range(1000)]
PROJECT = REPOSITORY / "bench" / "Sluice.Benchmarks"


class Presigner(Server):
    """A server whose bucket is never asked: signing needs none."""

    name = "Sluice"

    def __init__(self, folder, share):
        super().__init__(folder, SERVER_CORE)
        self.edge = free_port()
        (self.folder / "sluice.json").write_text(json.dumps({"presign": {"share": share}}))

    def command(self):
        return [str(REPOSITORY / "sluice"), "serve", "s3://media", "--endpoint", "http://127.0.0.1:9", "--region", "eu-central-1", "--config", str(self.folder / "sluice.json"),
                "--edge", f"127.0.0.1:{self.edge}", "--api", f"127.0.0.1:{self.port}", "--cache-dir", str(self.folder / "cache")]

    def ask(self, path, body=None):
        request = urllib.request.Request(self.url + path, data=body and json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def counts(self):
        return self.ask("/v1/cache/stats")["presign"]["remote"]


def in_process():
    """Nanoseconds and bytes for each URL, by way."""
    subprocess.run(["dotnet", "build", PROJECT, "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    done = subprocess.run(["taskset", "-c", str(SERVER_CORE), "dotnet", PROJECT / "bin" / "Release" / "net10.0" / "Sluice.Benchmarks.dll", "presign-speed"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def load(server, seconds, folder):
    """(requests a second, requests for each second of the server's processor time, P50 and P99 in ms, failures)."""
    script = folder / "presign.lua"
    script.write_text(
        "local paths = {" + ",".join(f'"{path}"' for path in PATHS) + "}\nlocal requests, at = {}, 0\n"
        "function init() for i, path in ipairs(paths) do requests[i] = wrk.format(nil, path) end end\n"
        "function request() at = at % #requests + 1 return requests[at] end\n")
    before = server.cpu_seconds()
    output = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", "-s", str(script), server.url],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    milliseconds = {unit: float(value) * {"us": 0.001, "ms": 1, "s": 1000}[scale]
                    for unit, value, scale in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)\b", output)}
    bad = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", output)) + len(re.findall(r"Socket errors", output))
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)), int(re.search(r"(\d+) requests in", output).group(1)) / max(used, 0.01),
            milliseconds["50"], milliseconds["99"], bad)


def bulk(server, rounds):
    """URLs for each second of the server's processor time when 10,000 are asked for at once."""
    body, taken = {"paths": [f"/videos/2026/film-{i:07}.mp4" for i in range(10_000)]}, []
    for _ in range(rounds + 2):
        before = server.cpu_seconds()
        answer = server.ask("/v1/presign", body)
        assert len(answer["urls"]) == 10_000 and answer["failed"] == 0
        taken.append(server.cpu_seconds() - before)
    return 10_000 / max(statistics.mean(taken[2:]), 0.001)


def api(share, options, folder, progress):
    server = Presigner(folder / f"share-{share}", share)
    server.start()
    try:
        progress(f"presign: the API, {'signed each time' if share == 0 else 'from the cache'}")
        load(server, 1 if options.quick else 6, folder) # not counted
        samples = [load(server, options.seconds, folder) for _ in range(options.rounds)]
        many = bulk(server, options.rounds * 4)
        return [statistics.median(column) for column in zip(*samples)], many, server.counts()
    finally:
        server.stop()


def run(options, scratch, table, progress):
    # The example keys of AWS's documentation: nothing is ever sent with them.
    os.environ.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", AWS_EC2_METADATA_DISABLED="true")
    progress("presign: in process, beside the SDK")
    ways = in_process()
    sdk = ways["sdk"]["ns"]
    per_core = 1e9 / sdk
    (hit, hits_bulk, counts), (miss, miss_bulk, _) = api(1, options, scratch, progress), api(0, options, scratch, progress)
    ratios = {
        "signed in process": sdk / ways["signed"]["ns"], "cached in process": sdk / ways["cached"]["ns"],
        "API, cached": hit[1] / per_core, "API, signed": miss[1] / per_core, "API, 10,000 at once, cached": hits_bulk / per_core, "API, 10,000 at once, signed": miss_bulk / per_core,
    }
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    print("Presigned URLs. Ratio: URLs for each second of processor time, by those of AWSSDK's GetPreSignedURL in process.\n")
    print(f"Processor time in process. The SDK: {sdk:,.0f} ns and {ways['sdk']['bytes']:,} bytes allocated a URL. Sluice: signed {ways['signed']['ns']:,.0f} ns and {ways['signed']['bytes']:,} bytes, cached {ways['cached']['ns']:,.0f} ns and {ways['cached']['bytes']:,} bytes.\n")
    table(("way", "ratio", "baseline", ""), [
        (name, f"**{ratio:.2f}**", f"{baseline[name]:.2f}" if name in baseline else "none", "" if ratio >= 0.7 * baseline.get(name, 0) else "**below the baseline**")
        for name, ratio in ratios.items()])
    table(("API, one URL a request", "req/s", "req/s per core", "P50, ms", "P99, ms", "failed"),
          [(name, f"{row[0]:,.0f}", f"{row[1]:,.0f}", f"{row[2]:.2f}", f"{row[3]:.2f}", f"{row[4]:.0f}") for name, row in (("from the cache", hit), ("signed each time", miss))])
    timing = counts["generation"]
    print(f"From the cache: hit rate {counts['hitRate']:.2f} %, {counts['signatures']:,} signatures for {counts['hits'] + counts['misses']:,} requests, {counts['errors']} errors, "
          f"{counts['expirations']} expirations; signatures took {timing['averageMs']:.4f} ms on average, P95 {timing['p95Ms']:.4f}, P99 {timing['p99Ms']:.4f}.\n")
    if options.baseline:
        BASELINE.write_text(json.dumps({name: round(ratio, 2) for name, ratio in ratios.items()}, indent=2) + "\n")
        print(f"Kept as baseline in {BASELINE.relative_to(REPOSITORY)}.\n")
