"""Three nodes on one Redis under mixed load, and a purge every 100 ms by turns on each: how long until all have carried it out, and whether anything old is served after that."""
import http.client, http.server, json, random, statistics, threading, time

from redis_client import Redis
from servers import Sluice

NODES, PATHS = 3, 50
LIVE = "/live"


class Shared(Sluice):
    def __init__(self, folder, origin, redis):
        super().__init__(folder, origin, memory="64MB", disk="0")
        self.redis = redis

    def command(self):
        return [*super().command(), "--redis", f"127.0.0.1:{self.redis.port}", "--catalog", str(self.folder / "catalog")]


class Counter(http.server.BaseHTTPRequestHandler):
    """Answers the version it stands at: LIVE changes, all other paths stay."""

    protocol_version = "HTTP/1.1"
    version = 0

    def do_GET(self):
        body = str(Counter.version).encode() if self.path == LIVE else b"x" * 20_000
        self.send_response(200)
        for name, value in (("Content-Length", len(body)), ("Cache-Control", "max-age=600"), ("Content-Type", "text/plain")):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class OwnOrigin:
    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counter)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def purge(connection, path):
    connection.request("POST", "/v1/cache/purge", json.dumps({"url": path}), {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


def together(nodes, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stats = [json.loads(get(http.client.HTTPConnection("127.0.0.1", node.api), "/v1/cache/stats")[1])["redis"] for node in nodes]
        if all(stat["otherNodes"] == NODES - 1 for stat in stats):
            return
        time.sleep(0.2)
    raise SystemExit("the nodes do not see each other")


def run(scratch, purges):
    """Milliseconds of each purge from its request to its receipt, receipts that do not count every node, answers, stale ones, and failures."""
    redis, origin, nodes = Redis(scratch / "redis-of-nodes").start(), OwnOrigin(), []
    floor, served, stale, failed, stop = [0], [0] * 6, [0] * 6, [0] * 6, threading.Event()

    def view(number):
        connection = http.client.HTTPConnection("127.0.0.1", nodes[number % NODES].port)
        chance = random.Random(number)
        while not stop.is_set():
            least, isLive = floor[0], chance.random() < 0.5
            status, body = get(connection, LIVE if isLive else f"/other{chance.randrange(PATHS)}")
            served[number] += 1
            if status != 200:
                failed[number] += 1
            elif isLive and int(body) < least:
                stale[number] += 1
            time.sleep(0.002)

    try:
        for number in range(NODES):
            nodes.append(Shared(scratch / f"node{number}", origin, redis).start())
        together(nodes)
        apis = [http.client.HTTPConnection("127.0.0.1", node.api) for node in nodes]
        viewers = [threading.Thread(target=view, args=(number,), daemon=True) for number in range(6)]
        for viewer in viewers:
            viewer.start()
        for number in range(20):
            purge(apis[number % NODES], "/nothing") # so that a runtime that compiles as it goes has seen the way
        taken, silent = [], 0
        for number in range(purges):
            Counter.version += 1
            next_at = Counter.version
            begun = time.perf_counter()
            receipt = purge(apis[number % NODES], LIVE)
            taken.append((time.perf_counter() - begun) * 1000)
            if receipt["nodes"] == NODES and receipt["silentNodes"] == 0:
                floor[0] = next_at
            else:
                silent += 1
            time.sleep(max(0, 0.1 - (time.perf_counter() - begun)))
        stop.set()
        for viewer in viewers:
            viewer.join(30)
        return sorted(taken), silent, sum(served), sum(stale), sum(failed)
    finally:
        stop.set()
        for node in nodes:
            node.stop()
        redis.stop()


def p99(taken):
    return taken[min(len(taken) - 1, int(len(taken) * 0.99))], statistics.median(taken)
