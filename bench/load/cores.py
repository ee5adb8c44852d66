"""One core for the server beside two."""
import statistics

import hits
from servers import CLIENT_CORE, CORES, SERVER_CORE

WORKLOADS = ("1KB", "16KB")
BOUND = 1.8


def run(comparison, table, progress):
    enough = len(CORES) >= 4
    one, two = (comparison.start(comparison.subject(comparison.scratch / f"cores-{n}", comparison.origin, memory="1GB", disk="0")) for n in (1, 2))
    # Stopped and started on two: a process learns of its processors when it starts.
    two.stop()
    two.core = f"{CORES[0]},{CORES[1]}"
    two.start()
    load = ",".join(map(str, CORES[2:])) if enough else CLIENT_CORE
    threads = len(CORES) - 2 if enough else 1
    rows, rounds, seconds = [], 1 if comparison.options.quick else 4, max(1, comparison.options.seconds - 1)
    for workload in (workload for workload in hits.WORKLOADS if workload.name in WORKLOADS):
        progress(f"cores: {workload.note}")
        headers = {server: hits.warm(server, workload, comparison.root) for server in (one, two)}
        taken = {one: [], two: []}
        for server in (one, two):
            hits.measure(server, workload, headers[server], 3, comparison.scratch, load, threads)
        for turn in range(rounds):
            for server in (one, two) if turn % 2 else (two, one):
                taken[server].append(hits.measure(server, workload, headers[server], seconds, comparison.scratch, load, threads))
        rate, each = ([statistics.median(getattr(sample, field) for sample in taken[server]) for server in (one, two)] for field in ("per_second", "per_core"))
        failed = sum(sample.failures for samples in taken.values() for sample in samples)
        rows.append((workload.note, f"{rate[0]:,.0f}", f"{rate[1]:,.0f}", f"**{rate[1] / rate[0]:.2f}**" if enough else "not shown", f"{each[0]:,.0f}", f"{each[1]:,.0f}", f"**{each[1] / each[0]:.2f}**", failed))
    said = f"The bound is {BOUND} times the requests." if enough else (
        f"This machine has {len(CORES)} cores: server and load share one of them, so how many requests two cores bring cannot be seen here; the requests for each second of the "
        f"server's processor time on two cores beside one can, and two cores bring twice as much times that ratio at best (the bound of {BOUND} asks for 0.9).")
    print(f"Cores: hits with the server on core {SERVER_CORE} and on {two.core}, the load on {load}. {said}\n")
    table(("hit", "req/s on one", "on two", "ratio", "for each second of processor time on one", "on two", "ratio", "failed"), rows)
    comparison.stop(one, two)
