"""What Sluice takes over the memory it was given: a full memory tier and a mixed load on it."""
import random, re, subprocess, time, urllib.request

import pattern
from servers import CLIENT_CORE, NginxCache

MB = 1024 * 1024
LARGE, SMALL = 1000, 20_000
BOUND = 150 * MB
PATHS = [f"/{MB}/{n}" for n in range(LARGE)] + [f"/4096/{n}" for n in range(SMALL)]


def load(server, folder, seconds, paths, connections=32):
    """wrk over these paths, one after the other. Answers (requests, failures)."""
    script = folder / "resident.lua"
    script.write_text(
        "local paths = {" + ",".join(f'"{path}"' for path in paths) + "}\nlocal requests, at = {}, 0\n"
        "function init() for i, path in ipairs(paths) do requests[i] = wrk.format(nil, path) end end\n"
        "function request() at = at % #requests + 1 return requests[at] end\n")
    output = subprocess.run(
        ["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), server.url],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    bad = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", output))
    bad += sum(int(n) for row in re.findall(r"Socket errors: (.*)", output) for n in re.findall(r"\d+", row))
    return int(re.search(r"(\d+) requests in", output).group(1)), bad


def tier(server):
    """Bytes the memory tier says it holds; nginx has none."""
    if not hasattr(server, "api"):
        return 0
    text = urllib.request.urlopen(f"http://127.0.0.1:{server.api}/metrics", timeout=30).read().decode()
    return int(float(re.search(r"^sluice_memory_size_bytes (\S+)", text, re.M).group(1)))


def fill(server, origin, folder):
    """Until the origin has been asked for each."""
    asked, end = set(), time.monotonic() + 100
    while len(asked) < len(PATHS):
        if time.monotonic() > end:
            raise SystemExit(f"{server.name}: only {len(asked):,} of {len(PATHS):,} objects went in")
        load(server, folder, 5, [path for path in PATHS if path not in asked])
        asked |= set(origin.counts()[0])


def run(comparison, table, progress):
    seconds, folder = 5 if comparison.options.quick else 15, comparison.scratch
    # Half of the requests for a few, half for any of them, large and small alike.
    chosen = random.Random(1)
    mixed = [chosen.choice(PATHS[:50] + PATHS[LARGE:LARGE + 500]) if n % 2 else chosen.choice(PATHS) for n in range(20_000)]
    rows = []
    for kind in (NginxCache, comparison.subject):
        progress(f"resident: {kind.name}")
        origin = comparison.start(pattern.PatternOrigin(folder / f"resident-origin-{kind.name}", 1))
        server = comparison.start(kind(folder / f"resident-{kind.name}", origin, memory="256MB"))
        at_start = server.memory("VmRSS")
        fill(server, origin, folder)
        filled, held = server.memory("VmRSS"), tier(server)
        server.reset_peak()
        requests, bad = load(server, folder, seconds, mixed)
        peak, held_then = server.memory("VmHWM"), tier(server)
        time.sleep(5)
        later = server.memory("VmRSS")
        rows.append((server.name, *(f"{count / MB:,.0f} MB" for count in (at_start, filled, held, filled - held, peak)),
                     f"**{(peak - held_then) / MB:,.0f} MB**", f"{(later - held_then) / MB:,.0f} MB", f"{requests:,}", bad))
        comparison.stop(server, origin)
    print(f"Resident memory with {LARGE:,} objects of 1 MB and {SMALL:,} of 4 KB through it, then {seconds} s of hits of them from memory and disk; Sluice with --memory 256MB. "
          f"The bound is {BOUND // MB} MB over the tier.\n")
    table(("server", "at start", "filled", "memory tier", "over it", "peak under load", "over the tier at the peak", "5 s later", "requests", "failed"), rows)
