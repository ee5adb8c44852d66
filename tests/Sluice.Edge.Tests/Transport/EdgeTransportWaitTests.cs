using System.Net.Sockets;
using System.Text;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge.Serving;
using Sluice.Edge.Tests.Serving;
using Sluice.Edge.Transport;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Transport;

/// <summary>Hits that fill the socket wait for room on the poller's thread, where whatever comes after them goes on too.</summary>
public sealed class EdgeTransportWaitTests
{
    /// <summary>More than the kernel holds for one connection on both sides.</summary>
    private const int Length = 64 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new() { Length = Length };

    [Theory]
    [InlineData(128L << 20)]
    [InlineData(0L)]
    [InlineData(0L, true)]
    public async Task Pipelined_BehindHitsThatWaitForRoom_IsAnsweredInOrder(long memory, bool tls = false)
    {
        await using var edge = await StartAsync(memory, tls);
        (int Start, int Length)[] parts = [(0, 9_000_000), (1, 1), (300_000, 700_000), (8_000_001, 3_000_000), (5, 20)];
        var text = string.Concat(parts.Select(part => $"GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes={part.Start}-{part.Start + part.Length - 1}\r\n\r\n"));
        // What is no hit comes behind one that waits, and hits behind that.
        text += "OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n" + text + "GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\nConnection: close\r\n\r\n";

        await using var client = Connect(edge, out _);
        await client.WriteAsync(Encoding.ASCII.GetBytes(text));
        foreach (var part in parts) await AssertPartAsync(client, part.Start, part.Length);
        Assert.StartsWith("HTTP/1.1 204", await HeadAsync(client), StringComparison.Ordinal);
        foreach (var part in parts) await AssertPartAsync(client, part.Start, part.Length);
        await AssertPartAsync(client, 0, 10);
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience, TimeProvider.System));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_GoneWhileItsAnswerWaits_LetsGoOfTheObject(bool tls)
    {
        await using var edge = await StartAsync(128 << 20, tls);
        var before = edge.Counters.Bytes(Outcome.Hit);
        await using (var client = Connect(edge, out _))
        {
            await client.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            await HeadAsync(client);
            await edge.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Prefix, "/"));
            Assert.NotEqual(0, edge.Cache.GetStatistics().Disk!.Value.Bytes);
        }

        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.GetStatistics().Disk!.Value.Bytes == 0, Patience));
        // And what it did not take was not sent.
        Assert.InRange(edge.Counters.Bytes(Outcome.Hit) - before, 1, Length - 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_WhileAnAnswerWaits_SendsAllOfIt(bool tls)
    {
        await using var edge = await StartAsync(128 << 20, tls);
        await using var client = Connect(edge, out _);
        await client.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await HeadAsync(client);

        var stopping = edge.StopFastAsync();
        var (body, buffer) = (0L, new byte[1 << 20]);
        while (await client.ReadAsync(buffer).AsTask().WaitAsync(Patience, TimeProvider.System) is > 0 and var count) body += count;

        Assert.Equal(Length, body);
        await stopping.WaitAsync(Patience, TimeProvider.System);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_AfterAnAnswerThatWaited_IsKeptLikeAnyOther(bool tls)
    {
        await using var edge = await StartAsync(128 << 20, tls);
        await using var client = Connect(edge, out _);
        // The second is answered when all is done about the first.
        foreach (var length in (int[])[9_000_000, 10]) await AskPartAsync(client, length);
        // Longer than a client may take nothing of an answer, and shorter than it may be idle.
        for (var second = 0; second < 100; second++) time.Advance(TimeSpan.FromSeconds(1));
        await AskPartAsync(client, 20);
    }

    // The last goes through the server behind.
    [Theory]
    [InlineData(128L << 20, "")]
    [InlineData(0L, "")]
    [InlineData(128L << 20, "Connection: close\r\n")]
    [InlineData(128L << 20, "", true)]
    public async Task Queue_OfANearClientWhoTakesNothing_IsShort(long memory, string field, bool tls = false)
    {
        await using var edge = await StartAsync(memory, tls);
        await using var client = Connect(edge, out var socket);
        await client.WriteAsync(Encoding.ASCII.GetBytes($"GET /a HTTP/1.1\r\nHost: a\r\n{field}\r\n"));

        var queued = await StandStillAsync(socket);
        // Twice what is asked for, and the piece that may go beyond it.
        Assert.InRange(queued, 1, (2 * SendQueue.NearBytes) + (128 << 10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_TakesALittleNowAndThen_IsKept(bool tls)
    {
        await using var edge = await StartAsync(128 << 20, tls);
        await using var client = Connect(edge, out _);
        await client.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await HeadAsync(client);

        // In all less than the third of the queue after which the kernel tells of room.
        var buffer = new byte[1000];
        for (var second = 0; second < 150; second++)
        {
            Assert.NotEqual(0, await client.ReadAsync(buffer).AsTask().WaitAsync(Patience, TimeProvider.System));
            await PassSecondAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ReadsSlowlyWhatItsKernelHas_IsKept(bool tls)
    {
        await using var edge = await StartAsync(128 << 20, tls);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(edge.Fast.Host, edge.Fast.Port);
        await using var client = Secured.Over(socket, edge.Fast);
        await client.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());

        // Fast at first, and then so slowly that its kernel asks for nothing for minutes.
        var (read, buffer) = (0L, new byte[1 << 20]);
        while (read < 16 << 20) read += await client.ReadAsync(buffer).AsTask().WaitAsync(Patience, TimeProvider.System);
        await StandStillAsync(socket);
        for (var second = 0; second < 300; second++) await PassSecondAsync();

        while (read < Length && await client.ReadAsync(buffer).AsTask().WaitAsync(Patience, TimeProvider.System) is > 0 and var count) read += count;
        Assert.InRange(read, Length, Length + 1000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_ThatWaitsForItsOrigin_IsNotTheClientsFault(bool tls)
    {
        await using var edge = await StartAsync(0, tls);
        // The disk loses most of it.
        foreach (var path in Directory.EnumerateFiles(Path.Combine(edge.Folder, "objects"), "*", SearchOption.AllDirectories))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(file, 1 << 20);
        }

        origin.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = Connect(edge, out _);
        var reading = AskPartAsync(client, 9_000_000);
        for (var second = 0; second < 100; second++) await PassSecondAsync();
        Assert.False(reading.IsCompleted);
        origin.Gate.SetResult();
        await reading;
    }

    [Fact]
    public async Task Head_ThatComesByteByByte_HasHalfAMinuteInAll()
    {
        await using var edge = await StartAsync(128 << 20);
        await using var client = Connect(edge, out var socket);
        await client.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\nX: "u8.ToArray());
        var second = 0;
        for (; second < 100 && !IsEnded(socket); second++)
        {
            await client.WriteAsync("x"u8.ToArray());
            await PassSecondAsync();
        }

        Assert.InRange(second, 29, 40);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_HalfCloses_HasTheHitBeforeARequestThatNobodyAnswers(bool tls)
    {
        await using var edge = await TwoListeners.StartAsync(new SilentOrigin(origin), time, 128 << 20, tls: tls);
        using (var http = new HttpClient()) await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        await using var client = Connect(edge, out var socket);
        await client.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=0-399999\r\n\r\nGET /silent HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        for (var second = 0; second < 20; second++) await PassSecondAsync();

        await AssertPartAsync(client, 0, 400_000);
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience, TimeProvider.System));
    }

    /// <summary>Until nothing has moved for a while; answers what is queued then.</summary>
    private static async Task<long> StandStillAsync(Socket client)
    {
        var (queued, since) = (0L, 0);
        for (var look = 0; since < 20 && look < 1000; look++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            var now = TcpTable.Queued(client.RemoteEndPoint!, client.LocalEndPoint!);
            since = now == queued && now > 0 ? since + 1 : 0;
            queued = now;
        }

        return queued;
    }

    private static bool IsEnded(Socket client) => client.Poll(0, SelectMode.SelectRead) && client.Available == 0;

    /// <summary>On the server's clock. The kernel has its own, by which confirmations take up to 40 ms.</summary>
    private async Task PassSecondAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(4), TimeProvider.System, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task AskPartAsync(Stream client, int length)
    {
        await client.WriteAsync(Encoding.ASCII.GetBytes($"GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=0-{length - 1}\r\n\r\n"));
        await AssertPartAsync(client, 0, length);
    }

    private async Task<TwoListeners> StartAsync(long memory, bool tls = false)
    {
        var edge = await TwoListeners.StartAsync(origin, time, memory, onDisk: true, tls: tls);
        using var http = new HttpClient();
        // The second read checks what is on disk.
        for (var i = 0; i < 2; i++) await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        return edge;
    }

    private static Stream Connect(TwoListeners edge, out Socket socket)
    {
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 << 10 };
        socket.Connect(edge.Fast.Host, edge.Fast.Port);
        return Secured.Over(socket, edge.Fast);
    }

    private static async Task<string> HeadAsync(Stream client)
    {
        var (head, one) = (new StringBuilder(), new byte[1]);
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await client.ReadAsync(one).AsTask().WaitAsync(Patience, TimeProvider.System));
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private async Task AssertPartAsync(Stream client, int start, int length)
    {
        var head = await HeadAsync(client);
        Assert.StartsWith("HTTP/1.1 206", head, StringComparison.Ordinal);
        Assert.Contains("X-Cache-Status: HIT", head, StringComparison.Ordinal);
        var body = new byte[length];
        for (var got = 0; got < length;)
        {
            var count = await client.ReadAsync(body.AsMemory(got, Math.Min(length - got, 50_000))).AsTask().WaitAsync(Patience, TimeProvider.System);
            Assert.NotEqual(0, count);
            got += count;
        }

        Assert.True(body.AsSpan().SequenceEqual(origin.Expected(start, start + length)), $"the bytes from {start} on");
    }

    /// <summary>Answers everything but one path.</summary>
    private sealed class SilentOrigin(IOrigin inner) : IOrigin
    {
        public string Name => inner.Name;

        public string Scope => inner.Scope;

        public OriginTraits Traits => inner.Traits;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            if (request.Path.Contains("silent", StringComparison.Ordinal)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return await inner.FetchAsync(request, cancellation);
        }
    }
}
