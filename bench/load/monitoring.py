"""What monitoring costs a hit: the same server as it comes, with a dashboard open and scraped by Prometheus, beside one with monitoring.enabled=false, in turn."""
import contextlib, json, statistics, threading, time, urllib.request

import hits
from servers import Sluice

WORKLOADS = ("1KB", "16KB")
SCRAPE_SECONDS = 5
STARTS, WARM_SECONDS = 4, 15


class Plain(Sluice):
    """Monitoring off."""

    name = "Sluice, monitoring off"
    watched = False

    def command(self):
        (self.folder / "sluice.json").write_text(json.dumps({"monitoring": {"enabled": self.watched}}))
        return [*super().command(), "--config", str(self.folder / "sluice.json")]


class Watched(Plain):
    """As it comes, with somebody looking."""

    name = "Sluice, watched"
    watched = True

    def look(self):
        """Keeps a dashboard open and scrapes, until told to stop."""
        stop = threading.Event()

        def dashboard():
            while not stop.is_set():
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.api}/v1/monitoring/stream?period=day", timeout=30) as events:
                    while not stop.is_set() and events.readline():
                        pass
                time.sleep(0.2)

        def scrape():
            while not stop.wait(SCRAPE_SECONDS):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{self.api}/metrics", timeout=30).read()

        for work in (dashboard, scrape):
            threading.Thread(target=work, daemon=True).start()
        return stop


def run(comparison, table, progress):
    """Each start of a process lays out its memory anew, which alone is worth some per cent: so several, and each warm before it counts."""
    folder, options, rows = comparison.scratch, comparison.options, []
    starts = 1 if options.quick else STARTS
    workloads = [one for one in hits.WORKLOADS if one.name in WORKLOADS]
    taken = {workload: [] for workload in workloads}
    for start in range(starts):
        plain, watched = (comparison.start(kind(folder / f"{kind.__name__.lower()}-{start}", comparison.origin, memory="1GB", disk="0")) for kind in (Plain, Watched))
        stop = watched.look()
        try:
            for workload in workloads:
                progress(f"monitoring: start {start + 1} of {starts}, {workload.note}")
                headers = {server: hits.warm(server, workload, comparison.root) for server in (plain, watched)}
                for server in (plain, watched):
                    hits.measure(server, workload, headers[server], 1 if options.quick else WARM_SECONDS, folder)
                # Short turns, and many: what else the machine does then meets both.
                for turn in range(max(1, 2 * options.rounds // starts)):
                    pair = {server: hits.measure(server, workload, headers[server], max(1, options.seconds - 1), folder).per_core for server in ((plain, watched) if turn % 2 == 0 else (watched, plain))}
                    taken[workload].append((pair[plain], pair[watched]))
        finally:
            stop.set()
            comparison.stop(plain, watched)
    for workload, pairs in taken.items():
        ratios = sorted(watched / plain for plain, watched in pairs)
        rows.append((workload.note, *(f"{statistics.median(column):,.0f}" for column in zip(*pairs)), f"**{statistics.median(ratios):.3f}**", f"{ratios[len(ratios) // 4]:.3f} to {ratios[-1 - len(ratios) // 4]:.3f}"))
    print(f"Monitoring: hits for each second of the server's processor time, as it comes (a dashboard open, /metrics read every {SCRAPE_SECONDS} s) beside monitoring.enabled=false; medians of {len(ratios)} pairs over {starts} starts. The bound is 0.98.\n")
    table(("hit", "off", "watched", "ratio of pairs", "middle half of the pairs"), rows)
