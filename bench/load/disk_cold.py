"""A working set of 1 GB read from the disk tier with nothing of it in the page cache, beside dd reading the same files."""
import os, pathlib, statistics, subprocess, threading, time

import pattern
from misses import drain
from servers import CLIENT_CORE, NginxCache

MB = 1024 * 1024
SIZE, COUNT = 16 * MB, 64
BOUND = 0.9


def files_of(server):
    """The cached bodies: files of about the size of an object."""
    return [path for path in pathlib.Path(server.folder, "cache").rglob("*") if path.is_file() and SIZE <= path.stat().st_size < SIZE + 65536]


def forget(paths):
    """Takes files out of the page cache."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def in_parallel(work, items, threads):
    """Seconds until all is done, the items shared out."""
    start = time.monotonic()
    workers = [threading.Thread(target=lambda mine: [work(item) for item in mine], args=(items[n::threads],)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.monotonic() - start


def dd(path):
    subprocess.run(["taskset", "-c", str(CLIENT_CORE), "dd", f"if={path}", "of=/dev/null", "bs=1M", "status=none"], stdin=subprocess.DEVNULL, check=True)


def run(comparison, table, progress):
    rounds, rows = 1 if comparison.options.quick else 7, []
    origin = comparison.start(pattern.PatternOrigin(comparison.scratch / "disk-cold-origin", 1))
    servers = [comparison.start(kind(comparison.scratch / f"disk-cold-{n}", origin, memory="64MB")) for n, kind in enumerate((NginxCache, comparison.subject))]
    paths = [f"/{SIZE}/{n}" for n in range(COUNT)]
    for server in servers:
        progress(f"disk-cold: {server.name} fetches {COUNT} objects of {SIZE // MB} MB")
        for path in paths:
            drain(server, path, SIZE)
    time.sleep(2)
    stored = {server: files_of(server) for server in servers}
    for server, found in stored.items():
        if len(found) != COUNT:
            raise SystemExit(f"disk-cold: {server.name} has {len(found)} files of the size of an object, not {COUNT}")
    origin.counts()
    for threads in (1, 4):
        progress(f"disk-cold: {threads} at once")
        taken = {server: ([], []) for server in servers}
        for turn in range(rounds):
            for server in servers if turn % 2 else servers[::-1]:
                for number, (work, items) in enumerate(((dd, stored[server]), (lambda path, server=server: drain(server, path, SIZE), paths))):
                    forget(stored[server])
                    taken[server][number].append(in_parallel(work, items, threads))
        for server in servers:
            plain, served = (statistics.median(times) for times in taken[server])
            rows.append((threads, server.name, f"{COUNT * SIZE / MB / plain:,.0f}", f"{COUNT * SIZE / MB / served:,.0f}", f"**{plain / served:.2f}**"))
    again = sum(origin.counts()[0].values())
    print(f"Disk, cold: {COUNT} objects of {SIZE // MB} MB, the page cache dropped before each turn, medians of {rounds}; the bound is {BOUND} of what dd reads. Fetched again meanwhile: {again}.\n")
    table(("at once", "server", "dd of its files, MB/s", "through it, MB/s", "ratio"), rows)
    comparison.stop(*servers, origin)
