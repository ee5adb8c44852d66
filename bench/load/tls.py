"""Hits over TLS: HTTP/1.1 from wrk, HTTP/2 from h2load, whose connections stay open, so that handshakes do not count."""
import re, statistics, subprocess

import hits
from servers import CLIENT_CORE, NginxCache, Sluice

WORKLOADS = ("1KB", "16KB", "1MB")
STREAMS = 8


def certificate(folder):
    """A pair for 127.0.0.1 as most have one: ECDSA with P-256."""
    if not (folder / "key.pem").exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return folder / "certificate.pem", folder / "key.pem"


class NginxOverTls(NginxCache):
    scheme = "https"

    def __init__(self, folder, origin, **settings):
        super().__init__(folder, origin, **settings)
        pair = certificate(self.folder)
        (self.folder / "pair.conf").write_text("ssl_certificate {};\nssl_certificate_key {};\nssl_protocols TLSv1.2 TLSv1.3;\n".format(*pair))
        self.values["tls"] = " ssl http2"

    def command(self):
        command = super().command()
        with open(self.folder / "paths.conf", "a") as settings:
            settings.write(f"include {self.folder}/pair.conf;\n")
        return command


class SluiceOverTls(Sluice):
    scheme = "https"

    def command(self):
        pair = certificate(self.folder)
        return [*super().command(), "--tls-cert", str(pair[0]), "--tls-key", str(pair[1])]


def over_http2(server, workload, seconds):
    """Requests a second, and for each second of the server's processor time."""
    before = server.cpu_seconds()
    output = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "h2load", "-t1", f"-c{workload.connections}", f"-m{STREAMS}", "-D", str(seconds), server.url + workload.paths[0]],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    done, failed = (int(re.search(rf"(\d+) {word}", output).group(1)) for word in ("succeeded", "failed"))
    return done / seconds, done / max(used, 0.01), failed


def over_http1(server, workload, seconds, folder):
    sample = hits.measure(server, workload, {}, seconds, folder)
    return sample.per_second, sample.per_core, sample.failures


def run(comparison, table, progress):
    servers = [comparison.start(kind(comparison.scratch / f"tls-{kind.name}", comparison.origin, memory="1GB")) for kind in (NginxOverTls, SluiceOverTls)]
    rows, options = [], comparison.options
    for workload in (workload for workload in hits.WORKLOADS if workload.name in WORKLOADS):
        for server in servers:
            hits.warm(server, workload, comparison.root)
        for protocol, measure in (("HTTP/1.1", lambda *of: over_http1(*of, comparison.scratch)), ("HTTP/2", over_http2)):
            progress(f"tls: {workload.note}, {protocol}")
            taken = {server: [] for server in servers}
            for server in servers:
                measure(server, workload, 1 if options.quick else 6)
            for turn in range(options.rounds):
                for server in servers if turn % 2 else servers[::-1]:
                    taken[server].append(measure(server, workload, options.seconds))
            (bar, bar_each, _), (ours, ours_each, _) = ([statistics.median(column) for column in zip(*taken[server])] for server in servers)
            failed = sum(sample[2] for samples in taken.values() for sample in samples)
            rows.append((workload.note, protocol, f"{bar:,.0f}", f"{ours:,.0f}", f"{ours / bar:.2f}", f"{bar_each:,.0f}", f"{ours_each:,.0f}", f"**{ours_each / bar_each:.2f}**", failed))
    print(f"Hits over TLS 1.3, ECDSA P-256; HTTP/2 with {STREAMS} streams on each connection.\n")
    table(("hit", "protocol", "nginx, req/s", "Sluice, req/s", "ratio", "nginx, per core", "Sluice, per core", "ratio", "failed"), rows)
    comparison.stop(*servers)
