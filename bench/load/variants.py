"""Variants of videos: what the way through the cache adds to ffmpeg alone, and what a crowd and a large source cost."""
import concurrent.futures, http.client, json, pathlib, statistics, subprocess, threading, time, urllib.request

import hits
from servers import SERVER_CORE, tree

# Small, so that all of it ends in three minutes on a machine that has other work.
CLIP, QUERY, VIEWERS, SECONDS = "clip.mp4", "?width=320&height=240", 500, 8


def make_sources(root):
    def made(name, *arguments):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, str(root / name)], stdin=subprocess.DEVNULL, check=True)
    made(CLIP, "-f", "lavfi", "-i", f"testsrc2=s=640x480:r=25:d={SECONDS}", "-f", "lavfi", "-i", f"sine=440:d={SECONDS}", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    # Raw pictures, and the index at the end: 1.04 GB.
    made("big.mov", "-f", "lavfi", "-i", "color=c=green:s=640x360:r=25:d=90,format=uyvy422", "-c:v", "rawvideo")


def ask(server, path):
    """Time to the first byte of the body, to its end, and its length."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request("GET", path)
    answer = connection.getresponse()
    length = len(answer.read(1))
    first = time.monotonic() - began
    while part := answer.read(1 << 16):
        length += len(part)
    connection.close()
    if answer.status != 200 or answer.getheader("X-Fallback-Applied"):
        raise SystemExit(f"{path}: {answer.status} {answer.getheader('X-Fallback-Reason')}")
    return first, time.monotonic() - began, length


def api(server, path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{server.api}{path}", data=body and json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def command_of(server, path):
    """The command line that the server runs for a variant, seen while it runs."""
    seen, done = [], threading.Event()

    def watch():
        while not done.is_set() and not seen:
            for pid in tree(server.process.pid):
                try:
                    words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
                except OSError:
                    continue
                if words and words[0].endswith(b"/ffmpeg") and b"-i" in words:
                    seen.append([word.decode() for word in words])
                    break

    watcher = threading.Thread(target=watch)
    watcher.start()
    ask(server, path)
    done.set()
    watcher.join()
    return seen[0]


def bare(command, source):
    """The same work on the file itself."""
    words = [str(source) if word.startswith("http://") else "file" if word == "http,tcp" else word for word in command]
    began = time.monotonic()
    process = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), "nice", "-n", "10", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        # As the server is: where the kernel shares the processor out by session, both have a share of their own.
        start_new_session=True)
    process.stdout.read(1)
    first = time.monotonic() - began
    while process.stdout.read(1 << 16):
        pass
    process.wait()
    return first, time.monotonic() - began


def overhead(server, root, rounds):
    command = command_of(server, f"/{CLIP}{QUERY}")
    alone, through = [], []
    for number in range(rounds):
        for kind in ("alone", "through") if number % 2 == 0 else ("through", "alone"):
            if kind == "alone":
                alone.append(bare(command, root / CLIP))
            else:
                api(server, "/v1/cache/purge", {"url": f"/{CLIP}{QUERY}"})
                through.append(ask(server, f"/{CLIP}{QUERY}")[:2])
    return [(statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)) for runs in (alone, through)]


def crowd(server):
    """Many ask at once for one cold variant."""
    made = api(server, "/v1/cache/stats")["variants"]["made"]
    with concurrent.futures.ThreadPoolExecutor(VIEWERS) as pool:
        answers = list(pool.map(lambda _: ask(server, f"/{CLIP}?width=160&height=120"), range(VIEWERS)))
    return api(server, "/v1/cache/stats")["variants"]["made"] - made, len({answer[2] for answer in answers}), max(answer[0] for answer in answers)


def frame(server, origin):
    """A frame at half the length of a cold file of 1 GB."""
    mark = origin.mark()
    first, _, _ = ask(server, "/big.mov?mode=frame&time=45s&width=320&height=180")
    origin.settle()
    fetches = origin.fetches(mark)
    return first, len(fetches), sum(fetch[1] for fetch in fetches)


def sheet(server, origin):
    """Twelve pictures out of the same file."""
    mark = origin.mark()
    ask(server, "/big.mov?mode=spritesheet&width=640&height=270&columns=4&rows=3")
    origin.settle()
    return sum(fetch[1] for fetch in origin.fetches(mark))


def hit(server, root, rounds, seconds, folder):
    """Requests per second of the server's time: a cached variant, and a file of the same bytes, in turn."""
    variant = f"/{CLIP}{QUERY}"
    with urllib.request.urlopen(server.url + variant) as answer:
        (root / "same.bin").write_bytes(answer.read())
    works = [hits.Workload(path, (path,), connections=16) for path in (variant, "/same.bin")]
    for work in works:
        ask(server, work.paths[0])
        ask(server, work.paths[0])
    samples = [[], []]
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            samples[which].append(hits.measure(server, works[which], {}, seconds, folder).per_core)
    return [statistics.median(found) for found in samples]
