using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sluice.Edge.Serving;
using Sluice.Edge.Tests.Serving;
using Sluice.Edge.Transport;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Transport;

/// <summary>The transport answers hits as the ordinary way does, and leaves it everything else.</summary>
public sealed class EdgeTransportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ManualTimeProvider time = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_Random_GetTheSameAnswersEitherWay(bool tls)
    {
        await using var edge = await TwoListeners.StartAsync(Talkative(), time, tls: tls);
        foreach (var path in (string[])["/a", "/b?x=1"]) await AskAsync(edge.Ordinary, Plain("GET", path));
        // A longer run, from elsewhere, by these two.
        var rounds = int.Parse(Environment.GetEnvironmentVariable("SLUICE_FUZZ_ROUNDS") ?? (tls ? "500" : "1500"), CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable("SLUICE_FUZZ_SEED") ?? "20260921", CultureInfo.InvariantCulture));
        for (var round = 0; round < rounds; round++)
        {
            var bytes = RandomRequests.Next(random);
            var cuts = RandomRequests.Cuts(random, bytes.Length);
            // Sequential, so that what one leaves in the cache is the same for both: the ordinary way first, which fills what was cold.
            await TwoListeners.ExchangeAsync(edge.Ordinary, bytes, [], Patience);
            var ordinary = TwoListeners.Normalise(await TwoListeners.ExchangeAsync(edge.Ordinary, bytes, [], Patience));
            var fast = TwoListeners.Normalise(await TwoListeners.ExchangeAsync(edge.Fast, bytes, cuts, Patience));
            Assert.True(ordinary == fast, $"round {round}\n--- request\n{Encoding.Latin1.GetString(bytes)}\n--- ordinary\n{ordinary}\n--- fast\n{fast}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Range: bytes=10-19\r\n")]
    [InlineData("If-None-Match: \"1\"\r\n")]
    [InlineData("Expect: 100-continue\r\n")]
    [InlineData("Range: bytes=10-19\r\n", true)]
    public async Task Request_SplitAtEveryByte_GetsTheSameAnswersEitherWay(string field, bool tls = false)
    {
        await using var edge = await TwoListeners.StartAsync(Talkative(), time, tls: tls);
        await AskAsync(edge.Ordinary, Plain("GET", "/a"));
        var bytes = Encoding.Latin1.GetBytes($"GET /a HTTP/1.1\r\nHost: a\r\n{field}\r\nHEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        var ordinary = TwoListeners.Normalise(await TwoListeners.ExchangeAsync(edge.Ordinary, bytes, [], Patience));
        for (var cut = 1; cut < bytes.Length; cut++)
            Assert.Equal(ordinary, TwoListeners.Normalise(await TwoListeners.ExchangeAsync(edge.Fast, bytes, [cut], Patience)));
    }

    [Theory]
    [InlineData("/a", "/a")]
    [InlineData("/%7ea%2fb%20c?x=%e4", "/~a%2Fb%20c?x=%E4")]
    [InlineData("/a\"b\\c", "/a\\\"b\\\\c")]
    public async Task CacheStatus_OfAStoredAnswer_TellsItsKeyEitherWay(string target, string key)
    {
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin(), time);
        await AssertKeyAsync(edge, target, $"; key=\"{key}\"\n");
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public async Task CacheStatus_OfALongTarget_HasNoKey(int length, bool expected)
    {
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin(), time);
        var target = "/" + new string('\"', length - 1);
        await AssertKeyAsync(edge, target, expected ? $"; key=\"/{new string('\"', length - 1).Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n" : "\n");
    }

    [Theory]
    [InlineData(64L << 20, false)]
    [InlineData(64L << 20, true)]
    [InlineData(0L, true)]
    [InlineData(64L << 20, false, true)]
    [InlineData(64L << 20, true, true)]
    [InlineData(0L, true, true)]
    public async Task Hits_OfManySizesToASlowReader_AreWhole(long memory, bool onDisk, bool tls = false)
    {
        var origin = new MadeOrigin { Length = 6_000_001 };
        await using var edge = await TwoListeners.StartAsync(origin, time, memory, onDisk, tls: tls);
        await AskAsync(edge.Ordinary, Plain("GET", "/big"));
        var asked = origin.Requests.Count;
        // The first reads check what is on disk; the later ones go from file to socket.
        for (var round = 0; round < 3; round++)
            foreach (var (start, length) in ((int, int)[])[(0, 6_000_001), (0, 1), (262_143, 2), (100_000, 40_000), (1_000_000, 70_000), (5_999_000, 1001), (300_000, 3_000_000)])
            {
                var answer = await SlowlyAsync(edge.Fast, $"GET /big HTTP/1.1\r\nHost: a\r\nRange: bytes={start}-{start + length - 1}\r\n\r\n", length);
                Assert.Equal(origin.Expected(start, start + length), answer);
            }

        Assert.Equal(asked, origin.Requests.Count);
        Assert.Equal(21, edge.Counters.Requests(Outcome.Hit));
    }

    /// <summary>Both ways are tried until one is known to be better, and the one from memory brings what it misses.</summary>
    [Fact]
    public async Task Part_ThatLeftMemoryAndIsAskedOften_ComesBackAndIsRightByEitherWay()
    {
        const int start = 9_000_000, length = 20_000;
        var origin = new MadeOrigin { Length = 17 << 20 };
        await using var edge = await TwoListeners.StartAsync(origin, time, memory: 1 << 20, onDisk: true);
        using (var http = new HttpClient()) await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        var stored = edge.Cache.Scope("made").FindStored("/a").Single();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        await client.ConnectAsync(edge.Fast.Host, edge.Fast.Port);
        var buffer = new byte[64 << 10];
        // What is read from disk for the first time is checked, and so passes through memory: there is no room for all of these.
        for (var i = 0; i < 16; i++) Ask(i << 20);
        for (var i = 15; i >= 0; i--) Ask(start - (i << 18));
        for (var i = 0; i < 16; i++) Ask(i << 20);
        Assert.False(stored.InMemory(start));

        var (inMemory, began) = (0, TimeProvider.System.GetTimestamp());
        while (inMemory < 5000 && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            Ask(start);
            if (stored.InMemory(start)) inMemory++;
            // It is brought by a thread of the pool, of which the tests that block beside this one may leave no other.
            else await Task.Yield();
        }

        Assert.Equal(5000, inMemory);
        Assert.Single(origin.Requests);

        void Ask(int from)
        {
            var (head, got) = AskPart(client, from, length, buffer);
            Assert.Equal(MadeOrigin.At(origin.Version, from), buffer[head]);
            Assert.Equal(MadeOrigin.At(origin.Version, from + length - 1), buffer[got - 1]);
            Assert.Equal(length, got - head);
        }
    }

    // Long enough for both ways to be tried (SendWays), changing in the middle of an answer.
    [Fact]
    public async Task LongParts_SentBothWays_AreRight()
    {
        const int start = 100_001, length = 9_000_001;
        var origin = new MadeOrigin { Length = 17 << 20 };
        await using var edge = await TwoListeners.StartAsync(origin, time, memory: 64 << 20, onDisk: true);
        // The second read checks what is on disk.
        using (var http = new HttpClient())
            for (var i = 0; i < 2; i++) await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        await client.ConnectAsync(edge.Fast.Host, edge.Fast.Port);
        var expected = new byte[length];
        for (var i = 0; i < length; i++) expected[i] = MadeOrigin.At(origin.Version, start + i);
        var buffer = new byte[length + 4096];
        for (var sent = 0L; sent < 4L * SendWays.LongBytes; sent += length)
        {
            var (head, got) = AskPart(client, start, length, buffer);
            Assert.True(buffer.AsSpan(head, got - head).SequenceEqual(expected));
        }

        Assert.Single(origin.Requests);
    }

    /// <summary>Where the body begins in the buffer, and where it ends.</summary>
    private static (int Head, int Got) AskPart(Socket client, int from, int length, byte[] buffer)
    {
        client.Send(Encoding.ASCII.GetBytes($"GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes={from}-{from + length - 1}\r\n\r\n"));
        var (got, head) = (0, -1);
        while (head < 0 || got < head + length)
        {
            var count = client.Receive(buffer.AsSpan(got));
            Assert.NotEqual(0, count);
            got += count;
            if (head < 0 && buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8) is >= 0 and var end) head = end + 4;
        }

        return (head, got);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pipelined_HitsMissesAndOthers_AreAnsweredInOrder(bool tls)
    {
        var origin = new MadeOrigin();
        await using var edge = await TwoListeners.StartAsync(origin, time, tls: tls);
        await AskAsync(edge.Ordinary, Plain("GET", "/a"));
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => i % 4 == 3 ? Plain("GET", $"/cold{i}") : i % 7 == 5 ? Plain("OPTIONS", "/a") : Plain("GET", "/a")))
            + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        var answers = Encoding.Latin1.GetString(await TwoListeners.ExchangeAsync(edge.Fast, Encoding.Latin1.GetBytes(text), [], Patience));

        var statuses = answers.Split("HTTP/1.1 ").Skip(1).Select(answer => answer[..3] + (answer.Contains("X-Cache-Status: HIT", StringComparison.Ordinal) ? "h" : ""));
        var expected = Enumerable.Range(0, 40).Select(i => i % 4 == 3 ? "200" : i % 7 == 5 ? "204" : "200h").Append("200");
        Assert.Equal(expected, statuses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeptConnection_AfterAMiss_IsAnsweredFastAgain(bool tls)
    {
        var log = new CountingLog();
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin(), time, tls: tls, log: log);
        using var client = Secured.Client(edge.Fast);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(100, (await client.GetByteArrayAsync($"/x{i}")).Length);
            Assert.Equal(100, (await client.GetByteArrayAsync($"/x{i}")).Length);
        }

        Assert.Equal((20, 20), (edge.Counters.Requests(Outcome.Miss), edge.Counters.Requests(Outcome.Hit)));
        // Those that the transport answered itself: all of them.
        Assert.True(await Eventually.HoldsAsync(() => (log.Hits, log.Bytes) == (20, 2000L), Patience));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_WithIdleConnections_DoesNotWaitForThem(bool tls)
    {
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin(), time, tls: tls);
        await using var silent = Secured.Connect(edge.Fast);
        await using var used = Secured.Connect(edge.Fast);
        for (var i = 0; i < 3; i++)
        {
            await used.WriteAsync(Encoding.ASCII.GetBytes(Plain("GET", "/a")));
            Assert.True(await used.ReadAsync(new byte[4096]) > 100);
        }

        await edge.StopFastAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        Assert.Equal(0, await used.ReadAsync(new byte[10]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Answer_NobodyTakesItForAMinute_EndsTheConnection(bool isHit, bool tls = false)
    {
        const int length = 64 << 20;
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin { Length = length }, time, memory: 128 << 20, onDisk: true, tls: tls);
        if (isHit)
        {
            using var http = new HttpClient();
            await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        await socket.ConnectAsync(edge.Fast.Host, edge.Fast.Port);
        await using var client = Secured.Over(socket, edge.Fast);
        await client.WriteAsync(Encoding.ASCII.GetBytes(Plain("GET", "/a")));
        Assert.NotEqual(0, await client.ReadAsync(new byte[1]));
        // The server's minute begins when the sockets are full, which no test can see: so a little after a little, until it has ended the connection.
        Assert.True(await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return !IsEstablished(socket);
        }, Patience));

        var (taken, buffer) = (0L, new byte[1 << 20]);
        try
        {
            while (await client.ReadAsync(buffer).AsTask().WaitAsync(Patience, TimeProvider.System) is > 0 and var count) taken += count;
        }
        catch (IOException)
        {
            // Reset: a short answer must not look whole.
        }

        Assert.InRange(taken, 0, length - 1);
    }

    /// <summary>An origin with fields that the server behind knows, in a spelling and an order of its own, and with some that it does not.</summary>
    private static MadeOrigin Talkative() => new()
    {
        Extra =
        {
            { "x-one", "1" }, { "expires", "Thu, 01 Jan 2099 00:00:00 GMT" }, { "LAST-MODIFIED", "Thu, 01 Jan 2026 00:00:00 GMT" }, { "Link", "</b>; rel=next" }, { "server", "made" }, { "content-language", "de" },
            { "Link", "</c>; rel=prev" }, { "Allow", "GET" }, { "Access-Control-Max-Age", "60" }, { "X-Two", "2" }, { "Content-Disposition", "inline" }, { "content-location", "/a" },
        },
    };

    private static bool IsEstablished(Socket socket)
    {
        const int tcp = 6, information = 11;
        Span<byte> state = stackalloc byte[1];
        socket.GetRawSocketOption(tcp, information, state);
        return state[0] == 1;
    }

    private static string Plain(string method, string target) => $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    /// <summary>Asks for a target three times: it is stored, a hit of the ordinary way, and a hit of the transport's own.</summary>
    private static async Task AssertKeyAsync(TwoListeners edge, string target, string end)
    {
        var request = Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\nGET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        foreach (var (server, start) in ((Uri, string)[])[(edge.Ordinary, "Sluice; fwd=uri-miss; stored"), (edge.Ordinary, "Sluice; hit; ttl=86400"), (edge.Fast, "Sluice; hit; ttl=86400")])
            Assert.Contains($"\nCache-Status: {start}{end}", TwoListeners.Normalise(await TwoListeners.ExchangeAsync(server, request, [], Patience)), StringComparison.Ordinal);
    }

    private static async Task AskAsync(Uri server, string request)
    {
        using var client = new HttpClient { BaseAddress = server };
        await client.GetByteArrayAsync(request.Split(' ')[1]);
    }

    private static async Task<byte[]> SlowlyAsync(Uri server, string request, int length)
    {
        await using var client = Secured.Connect(server, receiveBuffer: 16 << 10);
        await client.WriteAsync(Encoding.ASCII.GetBytes(request));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await client.ReadAsync(one));
            head.Append((char)one[0]);
        }

        Assert.Contains("X-Cache-Status: HIT", head.ToString(), StringComparison.Ordinal);
        var body = new byte[length];
        for (var got = 0; got < length;)
        {
            var count = await client.ReadAsync(body.AsMemory(got, Math.Min(length - got, 30_000)));
            Assert.True(count > 0);
            got += count;
        }

        return body;
    }

    private sealed class CountingLog : IHitLog
    {
        public int Hits { get; private set; }

        public long Bytes { get; private set; }

        public void Note(in HitEntry entry)
        {
            Assert.Equal((200, false, 'h'), (entry.Status, entry.Aborted, entry.RequestId[entry.RequestId.IndexOf(':', StringComparison.Ordinal) + 1]));
            (Hits, Bytes) = (Hits + 1, Bytes + entry.Bytes);
        }
    }
}
