"""What monitoring costs a hit: the same server as it comes, with a dashboard open and scraped by Prometheus, beside one with monitoring.enabled=false, in turn."""
import contextlib, json, statistics, threading, time, urllib.request

import hits
from servers import Sluice

WORKLOADS = ("1KB", "16KB")
SCRAPE_SECONDS = 5


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
    folder = comparison.scratch
    plain, watched = (comparison.start(kind(folder / kind.__name__.lower(), comparison.origin, memory="1GB", disk="0")) for kind in (Plain, Watched))
    stop, rows = watched.look(), []
    try:
        for workload in (one for one in hits.WORKLOADS if one.name in WORKLOADS):
            progress(f"monitoring: {workload.note}")
            headers = {server: hits.warm(server, workload, comparison.root) for server in (plain, watched)}
            for server in (plain, watched):
                hits.measure(server, workload, headers[server], max(2, comparison.options.seconds), folder)
            taken = {plain: [], watched: []}
            # Short turns, and many: what else the machine does then meets both.
            for turn in range(2 * comparison.options.rounds):
                for server in (plain, watched) if turn % 2 == 0 else (watched, plain):
                    taken[server].append(hits.measure(server, workload, headers[server], max(1, comparison.options.seconds - 1), folder).per_core)
            ratios = sorted(w / p for w, p in zip(taken[watched], taken[plain]))
            medians = [statistics.median(taken[server]) for server in (plain, watched)]
            rows.append((workload.note, f"{medians[0]:,.0f}", f"{medians[1]:,.0f}", f"**{medians[1] / medians[0]:.3f}**", f"{ratios[len(ratios) // 4]:.3f} to {ratios[-1 - len(ratios) // 4]:.3f}"))
    finally:
        stop.set()
    print(f"Monitoring: hits for each second of the server's processor time, as it comes (a dashboard open, /metrics read every {SCRAPE_SECONDS} s) beside monitoring.enabled=false; medians of turns. The bound is 0.98.\n")
    table(("hit", "off", "watched", "ratio", "middle half of the pairs"), rows)
    comparison.stop(plain, watched)
