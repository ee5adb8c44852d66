"""The servers of a comparison, each a child process with its own folder and free loopback ports."""
import contextlib, os, pathlib, re, resource, shutil, signal, socket, subprocess, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
CLIENT_CORE = CORES[1 % len(CORES)]
ORIGIN_CORE = CORES[2 % len(CORES)] if len(CORES) > 2 else CLIENT_CORE


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_open_files(wanted=65536):
    """As many open files as may be had, for this process and what it starts. Answers how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), most))
    return min(wanted, most)


def tree(pid):
    """A process and everything below it."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                parent = int(pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


class Server:
    """A started server: stopped by its own process id, measured with all its processes."""

    name = "server"
    tells_status = True
    scheme = "http"

    def __init__(self, folder, core):
        self.folder, self.core, self.port, self.process = pathlib.Path(folder), core, free_port(), None
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def command(self):
        raise NotImplementedError

    def start(self, wait=True):
        self.started = time.monotonic()
        with open(self.folder / "output.log", "ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(self.core), *self.command()], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        if wait:
            self.wait_until_it_listens()
        return self

    def wait_until_it_listens(self, seconds=60):
        while time.monotonic() - self.started < seconds:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", self.port), 1)):
                return
            time.sleep(0.005)
        output = (self.folder / "output.log").read_text(errors="replace")[:2000]
        self.stop()
        raise SystemExit(f"{self.name} does not listen on port {self.port}:\n{output}")

    def stop(self):
        if self.process is None:
            return
        # Whoever leads the session may end before its children: all of them are ours.
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                print(f"{self.name} did not stop within 30 s and was killed", flush=True)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def cpu_seconds(self):
        """Of all its processes, to the nanosecond: the kernel's clock of each one (clock_getcpuclockid(3))."""
        total = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(OSError):
                total += time.clock_gettime((~pid << 3) | 2)
        return total

    def memory(self, field):
        """Bytes of VmRSS (now) or VmHWM (peak since reset_peak), over all processes."""
        total = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(OSError):
                found = re.search(rf"^{field}:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)
                total += int(found.group(1)) * 1024 if found else 0
        return total

    def reset_peak(self):
        for pid in tree(self.process.pid):
            with contextlib.suppress(OSError):
                pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


class Nginx(Server):
    template = None

    def __init__(self, folder, core, **values):
        super().__init__(folder, core)
        self.values = values

    def command(self):
        values = {"dir": self.folder, "port": self.port, "user": "user root;" if os.geteuid() == 0 else "", **self.values}
        paths = "".join(f"{kind}_temp_path {self.folder}/temp-{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "paths.conf").write_text(paths)
        configuration = re.sub(r"@(\w+)@", lambda match: str(values[match.group(1)]), (HERE / self.template).read_text())
        (self.folder / "nginx.conf").write_text(configuration)
        return ["nginx", "-e", str(self.folder / "error.log"), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]


class Origin(Nginx):
    name, template = "origin", "origin.conf"

    def __init__(self, folder, root):
        super().__init__(folder, ORIGIN_CORE, root=root, tiny="sluice-" * 146)

    def settle(self, seconds=120):
        """Waits until no request is in progress: the log has a line only for a finished one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = urllib.request.urlopen(f"{self.url}/status").read().decode()
            if int(re.search(r"Writing: (\d+)", status).group(1)) == 1:
                return
            time.sleep(0.05)
        print(f"the origin still has requests in progress after {seconds} s", flush=True)

    def mark(self):
        log = self.folder / "access.log"
        return log.stat().st_size if log.exists() else 0

    def fetches(self, mark=0):
        """Requests since a mark, as (status, bytes, method, path, range)."""
        with open(self.folder / "access.log") as log:
            log.seek(mark)
            rows = (line.split(None, 4) for line in log)
            return [(int(row[0]), int(row[1]), row[2], row[3], row[4].strip()) for row in rows]


class NginxCache(Nginx):
    name, template = "nginx", "cache.conf"

    def __init__(self, folder, origin, connections=8192, nopush="on", **_):
        super().__init__(folder, SERVER_CORE, origin=origin.port, connections=connections, nopush=nopush, tls="")


class Sluice(Server):
    name = "Sluice"

    def __init__(self, folder, origin, memory="1GB", disk="20GB", **_):
        super().__init__(folder, SERVER_CORE)
        self.origin, self.tiers, self.api = origin, ["--memory", memory, "--disk", disk], free_port()

    def command(self):
        return [str(REPOSITORY / "sluice"), "serve", self.origin.url, "--edge", f"127.0.0.1:{self.port}", "--api", f"127.0.0.1:{self.api}",
                "--cache-dir", str(self.folder / "cache"), *self.tiers]


class SecondNginx(NginxCache):
    """Measures the measurement: compared with the first, every ratio should be 1."""

    name = "nginx again"


SUBJECTS = {"sluice": Sluice, "nginx": SecondNginx}


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
