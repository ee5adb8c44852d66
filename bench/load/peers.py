"""Other caches that can stand beside nginx and Sluice where they are installed (Debian: apt-get install --no-install-recommends varnish trafficserver)."""
import re, shutil, subprocess

from servers import HERE, SERVER_CORE, Server

VCL = """vcl 4.1;
backend origin {{ .host = "127.0.0.1"; .port = "{origin}"; }}
sub vcl_backend_response {{ set beresp.ttl = 1d; }}
"""


class Varnish(Server):
    """Bodies in malloc, the log of every request in shared memory as it always is."""

    name, program, tells_status = "Varnish", "varnishd", False

    def __init__(self, folder, origin, **_):
        super().__init__(folder, SERVER_CORE)
        (self.folder / "cache.vcl").write_text(VCL.format(origin=origin.port))

    def command(self):
        return ["varnishd", "-F", "-a", f"127.0.0.1:{self.port}", "-f", str(self.folder / "cache.vcl"), "-s", "malloc,2g", "-n", str(self.folder / "state"),
                "-j", "none", "-p", "thread_pools=1", "-p", "timeout_idle=3600"]


class TrafficServer(Server):
    """Bodies in the RAM cache over a file of 4 GB, one event thread, no log."""

    name, program, tells_status = "Traffic Server", "traffic_server", False

    def __init__(self, folder, origin, **_):
        super().__init__(folder, SERVER_CORE)
        base = self.folder / "base"
        for part in ("etc", "var/run", "var/log", "var/cache", "share"):
            (base / part).mkdir(parents=True)
        self.layout = self.folder / "layout.yaml"
        installed = dict(re.findall(r"^([A-Z]+): (.+)$", subprocess.run(["traffic_layout", "info"], capture_output=True, text=True, check=True).stdout, re.M))
        places = {"prefix": base, "exec_prefix": base, "bindir": installed["BINDIR"], "sbindir": installed["BINDIR"], "sysconfdir": base / "etc", "datadir": base / "share",
                  "includedir": base, "libdir": installed["LIBDIR"], "libexecdir": installed["PLUGINDIR"], "localstatedir": base / "var", "runtimedir": base / "var/run",
                  "logdir": base / "var/log", "mandir": base, "infodir": base, "cachedir": base / "var/cache"}
        self.layout.write_text("".join(f"{name}: {place}\n" for name, place in places.items()))
        shutil.copytree(installed["SYSCONFDIR"], base / "etc", dirs_exist_ok=True)
        settings = {
            "proxy.config.exec_thread.autoconfig": "INT 0", "proxy.config.exec_thread.limit": "INT 1", "proxy.config.accept_threads": "INT 0",
            "proxy.config.http.server_ports": f"STRING {self.port}", "proxy.config.cache.ram_cache.size": "INT 2G", "proxy.config.cache.ram_cache_cutoff": "INT 256M",
            "proxy.config.http.cache.required_headers": "INT 0", "proxy.config.http.insert_age_in_response": "INT 1", "proxy.config.http.keep_alive_no_activity_timeout_in": "INT 3600",
            "proxy.config.log.logging_enabled": "INT 0", "proxy.config.http.insert_response_via_str": "INT 0", "proxy.config.diags.debug.enabled": "INT 0",
            "proxy.config.url_remap.pristine_host_hdr": "INT 0", "proxy.config.admin.user_id": "STRING #-1"}
        (base / "etc" / "records.config").write_text("".join(f"CONFIG {name} {value}\n" for name, value in settings.items()))
        (base / "etc" / "storage.config").write_text(f"{base}/var/cache 4G\n")
        (base / "etc" / "plugin.config").write_text("")
        (base / "etc" / "remap.config").write_text(f"map / http://127.0.0.1:{origin.port}/\n")
        (base / "etc" / "ip_allow.yaml").write_text("ip_allow:\n  - apply: in\n    ip_addrs: 127.0.0.1\n    action: allow\n    methods: ALL\n")

    def command(self):
        return ["env", f"TS_RUNROOT={self.layout}", "traffic_server"]


class Floor(Server):
    """No cache at all: what receiving and sending cost by the cheapest calls there are (floor.c, needs a C compiler)."""

    name, program, tells_status = "the kernel alone", "cc", False

    def __init__(self, folder, origin, **_):
        super().__init__(folder, SERVER_CORE)
        self.root = origin.values["root"]
        subprocess.run(["cc", "-O2", "-o", str(self.folder / "floor"), str(HERE / "floor.c")], check=True)

    def command(self):
        return [str(self.folder / "floor"), str(self.port), str(self.root)]


PEERS = {"floor": Floor, "varnish": Varnish, "trafficserver": TrafficServer}
