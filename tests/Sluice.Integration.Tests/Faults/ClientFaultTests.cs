using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>Clients that leave, dawdle or abuse methods cost the others nothing.</summary>
public sealed class ClientFaultTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    [Fact]
    public async Task Clients_LeavingInDroves_LeaveNoHarm()
    {
        var path = http.Put(OriginReply.Object(110, 8 << 20), ".mp4");

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (i, cancellation) =>
        {
            using var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
            await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress, $"Range: bytes={i * 30_000}-"));
            if (i % 3 > 0)
                await viewer.ReadHeadAsync(cancellation);
            if (i % 3 > 1)
                await viewer.ReadSomeAsync(i * 100, cancellation);
            viewer.Abort();
        });

        var answer = await http.Edge.AskAsync(path);
        Assert.Equal((200, 8 << 20), (answer.Status, answer.Body.Length));
        Assert.Equal(-1, new BytePattern(110).FirstDifference(0, answer.Body));
        Assert.False(http.Sluice.HasExited);
        Assert.DoesNotContain("   at ", http.Sluice.Log, StringComparison.Ordinal); // leaving is not a failure
    }

    [Fact]
    public async Task Clients_MoreThanFilesMayBeOpen_WaitForOneAnotherAndAreAllAnswered()
    {
        // Without files the runtime cannot start a thread, and ended the server.
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "a.txt"), "a");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, OpenFiles = 500 });
        var viewers = new List<RawHttp>();
        for (var i = 0; i < 350; i++)
        {
            viewers.Add(await RawHttp.ConnectAsync(sluice.EdgeAddress));
            await viewers[i].SendAsync(RawHttp.Request("GET", "/a.txt", sluice.EdgeAddress));
        }

        // Each keeps its connection, as browsers do: the last ones are answered when those of the first are ended.
        foreach (var viewer in viewers)
            Assert.Equal(200, (await viewer.ReadHeadAsync())!.Value.Status);

        Assert.Equal("ok", (string?)(await sluice.ApiJsonAsync("/health/ready"))["status"]);
        Assert.True(await sluice.SaysAsync("Of the 500 files that this process may have open"), sluice.Log);
        viewers.ForEach(viewer => viewer.Dispose());
    }

    [Fact]
    public async Task Clients_WhereFewFilesMayBeOpen_DoNotWaitForTheFilesOfTheCache()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 600; i++) await File.WriteAllTextAsync(Path.Combine(folder.Path, $"{i}.txt"), "a");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, OpenFiles = 560 });

        // Their files on disk stay open for the next use.
        for (var i = 0; i < 600; i++) (await sluice.Edge.GetAsync(new Uri($"/{i}.txt", UriKind.Relative))).Dispose();
        var viewers = new List<RawHttp>();
        for (var i = 0; i < 40; i++) viewers.Add(await RawHttp.ConnectAsync(sluice.EdgeAddress));
        foreach (var viewer in viewers)
        {
            await viewer.SendAsync(RawHttp.Request("GET", "/1.txt", sluice.EdgeAddress));
            Assert.Equal(200, (await viewer.ReadHeadAsync())!.Value.Status);
        }

        Assert.DoesNotContain("three quarters", sluice.Log, StringComparison.Ordinal);
        viewers.ForEach(viewer => viewer.Dispose());
    }

    [Fact]
    public async Task SlowClients_OnALargeHit_TakeLittleMemory()
    {
        // 60 viewers that read a byte and stop: at most 256 KiB each in flight (DESIGN 14), plus the sockets'.
        var path = http.Put(OriginReply.Object(111, 16 << 20), ".mp4");
        await http.Edge.AskAsync(path);
        var before = http.Sluice.ResidentBytes;
        var viewers = new List<RawHttp>();
        for (var i = 0; i < 60; i++)
        {
            var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress, receiveBuffer: 4096);
            viewers.Add(viewer);
            await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
            Assert.Equal(200, (await viewer.ReadHeadAsync())!.Value.Status);
            Assert.Single(await viewer.ReadSomeAsync(1));
        }

        await Eventually.PassAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(http.Sluice.ResidentBytes - before, long.MinValue, 60L * 1024 * 1024);
        Assert.Equal("HIT", (await http.Edge.AskAsync(path, "Range: bytes=0-9")).CacheStatus);
        viewers.ForEach(viewer => viewer.Dispose());
    }

    [Fact]
    public async Task SlowClient_WaitingOnAHit_StillGetsRightBytes()
    {
        var path = http.Put(OriginReply.Object(112, 2 << 20), ".mp4");
        await http.Edge.AskAsync(path);
        using var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress, receiveBuffer: 4096);
        await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
        await viewer.ReadHeadAsync();
        for (var second = 0; second < 3; second++)
        {
            Assert.Equal(new BytePattern(112).Bytes(second, 1), await viewer.ReadSomeAsync(1));
            await Eventually.PassAsync(TimeSpan.FromSeconds(1));
        }

        // Meanwhile the object is purged: the answer that has begun stays whole and right.
        Assert.Equal(0, (await http.Sluice.RunAsync("purge", "--url", path)).ExitCode);
        var rest = await viewer.ReadSomeAsync((2 << 20) - 3);
        Assert.Equal((2 << 20) - 3, rest.Length);
        Assert.Equal(-1, new BytePattern(112).FirstDifference(3, rest));
    }

    [Fact]
    public async Task Get_WithABody_DoesNotPoisonTheEntryOrTheConnection()
    {
        // Fat GET: a body must not change what is stored, nor be read as the next request.
        var path = http.Put(OriginReply.Object(113, 1000));
        using var connection = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        const string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        await connection.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress, $"Content-Length: {smuggled.Length}") + smuggled);
        var first = await connection.ReadResponseAsync();

        Assert.Empty(http.Origin.CallsOf("/smuggled"));
        if (first.Status == 200)
            Assert.Equal(-1, new BytePattern(113).FirstDifference(0, first.Body));
        Assert.Equal(1000, (await http.Edge.AskAsync(path)).Body.Length);
    }

    [Fact]
    public async Task Request_WithLengthAndChunking_IsRefusedOrUnambiguous()
    {
        // RFC 9112 section 6.1: both framings in one request is how smuggling begins.
        var path = http.Put(OriginReply.Object(114, 1000));
        using var connection = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await connection.SendAsync(
            RawHttp.Request("POST", path, http.Sluice.EdgeAddress, "Content-Length: 4", "Transfer-Encoding: chunked")
            + "0\r\n\r\nGET /smuggled2 HTTP/1.1\r\nHost: x\r\n\r\n");
        var first = await connection.ReadResponseAsync();

        Assert.InRange(first.Status, 0, 599);
        foreach (var call in http.Origin.CallsOf(path))
            Assert.False(call.Header("Content-Length") is not null && call.Header("Transfer-Encoding") is not null, "both framings were passed on");
    }

    [Fact]
    public async Task UnkeyedHeaders_FromOneViewer_DoNotReachAnother()
    {
        // Cache poisoning: what is not in the key may not shape the stored answer.
        var path = http.Put(OriginReply.Object(115, 1000));

        await http.Edge.AskAsync(path, "X-Forwarded-Host: evil.example", "X-Original-URL: /other", "X-Rewrite-URL: /other", "X-HTTP-Method-Override: DELETE");
        var clean = await http.Edge.AskAsync(path);

        Assert.Equal(("HIT", 1000), (clean.CacheStatus, clean.Body.Length));
        Assert.DoesNotContain("evil", clean.ToString(), StringComparison.Ordinal);
        Assert.All(http.Origin.CallsOf(path), call => Assert.Equal("GET", call.Method));
    }

    [Fact]
    public async Task HostHeader_OfTheViewer_DoesNotChooseTheOrigin()
    {
        var path = http.Put(OriginReply.Object(116, 1000));
        using var connection = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n");

        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
        await connection.SendAsync($"GET http://elsewhere.example{path} HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n");
        Assert.Contains((await connection.ReadResponseAsync()).Status, (int[])[200, 400, 404, 421]);
    }
}
