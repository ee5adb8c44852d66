using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Configuration;
using Sluice.Edge.Playback;
using Sluice.Logging;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.Tests.Hosting;

namespace Sluice.Tests.Logging;

public sealed class AccessLogTests
{
    [Fact]
    public async Task Log_IntoAPipeThatNobodyReads_DoesNotKeepTheProgram()
    {
        var pipe = new System.IO.Pipelines.Pipe(new(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var writer = new LineWriter(pipe.Writer.AsStream());
        writer.Write("a line");

        var end = writer.DisposeAsync().AsTask();

        Assert.Same(end, await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System)));
    }

    // Over HTTP/2 a path may hold any byte, and U+009B begins an order to the screen that shows the log.
    [Fact]
    public async Task Text_TargetWithControlCharacters_GivesNoOrdersToTheScreen()
    {
        var file = Path.GetTempFileName();
        await using (var log = AccessLog.Open(new LoggingSection { AccessLog = file }, TimeProvider.System))
            log!.Note(new() { RequestId = "1", Client = null, Method = "GET", Target = "/a\u009b31m\u001b\u007f\nb", Status = 200, Bytes = 0, InMemory = true, FirstByte = default, Total = default, Aborted = false });
        Assert.Contains(" /a?31m???b ", Assert.Single(await File.ReadAllLinesAsync(file)), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Json_EachRequest_HasItsOutcomeBytesTimesAndId()
    {
        var lines = await LinesAsync("json", async edge =>
        {
            await GetAsync(edge, "/clip.mp4?token=hunter2&v=1", "first");
            await GetAsync(edge, "/clip.mp4?token=hunter2&v=1", "second");
            await GetAsync(edge, "/none", "third");
            await GetAsync(edge, "/clip.mp4?token=hunter2&v=1", "fourth", "bytes=2-4");
        });

        var entries = lines.Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(["first", "second", "third", "fourth"], entries.Select(e => (string)e["requestId"]!));
        Assert.Equal(["miss", "hit", "miss", "hit"], entries.Select(e => (string)e["outcome"]!));
        Assert.Equal([null, "memory", null, "memory"], entries.Select(e => (string?)e["tier"]));
        Assert.Equal([200, 200, 404, 206], entries.Select(e => (int)e["status"]!));
        Assert.Equal([10, 10, 0, 3], entries.Select(e => (int)e["bytes"]!));
        Assert.Equal("/clip.mp4?token=***&v=1", (string?)entries[0]["target"]);
        Assert.All(entries, e => Assert.InRange((double)e["firstByteMs"]!, 0.0001, (double)e["totalMs"]!));
        Assert.DoesNotContain("hunter2", string.Concat(lines), StringComparison.Ordinal);
    }

    // It is served as the GET whose answer is rewritten.
    [Fact]
    public async Task Text_HeadOfAManifestOfAPrivateRoute_IsAHead()
    {
        const string key = "a key of sixteen or more";
        var file = Path.GetTempFileName();
        await using (var server = await RunningServer.StartAsync((o, folder) =>
        {
            (o.Logging.AccessLog, o.Routes[0].PlaybackKey) = (file, key);
            File.WriteAllText(Path.Combine(folder, "a.m3u8"), "#EXTM3U\na.ts\n");
        }))
        {
            using var answer = await server.Edge.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/a.m3u8?token=" + new PlaybackTokens(key, TimeSpan.FromHours(1), TimeProvider.System).ForFolderOf("/a.m3u8")));
            Assert.Equal(200, (int)answer.StatusCode);
        }

        Assert.Contains(" HEAD /a.m3u8?token=*** 200 0 ", Assert.Single(await File.ReadAllLinesAsync(file)), StringComparison.Ordinal);
        File.Delete(file);
    }

    // With the transport that answers hits itself, and without: the same lines but for times, and the ids that the answers told.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Json_PlainHits_AreToldEitherWay(bool fast)
    {
        var ids = new List<string?>();
        var lines = await LinesAsync("json", async edge =>
        {
            foreach (var (method, field) in ((HttpMethod, string)[])[(HttpMethod.Get, "A: 1"), (HttpMethod.Get, "A: 1"), (HttpMethod.Head, "A: 1"), (HttpMethod.Get, "Range: bytes=2-4"), (HttpMethod.Get, "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT")])
            {
                using var request = new HttpRequestMessage(method, "/clip.mp4?token=hunter2&v=1");
                Assert.True(request.Headers.TryAddWithoutValidation(field.Split(": ")[0], field.Split(": ")[1]));
                using var response = await edge.SendAsync(request);
                ids.Add(Assert.Single(response.Headers.GetValues("X-Request-Id")));
            }
        }, fast);

        var entries = lines.Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(ids, entries.Select(e => (string?)e["requestId"]));
        Assert.Equal(fast, ids[1]!.Contains(":h", StringComparison.Ordinal));
        Assert.Equal(
            ["GET 200 10 miss ", "GET 200 10 hit memory", "HEAD 200 0 hit memory", "GET 206 3 hit memory", "GET 304 0 hit memory"],
            entries.Select(e => $"{e["method"]} {e["status"]} {e["bytes"]} {e["outcome"]} {e["tier"]}"));
        Assert.All(entries, e => Assert.Equal(("127.0.0.1", "/clip.mp4?token=***&v=1", false), ((string?)e["client"], (string?)e["target"], (bool)e["aborted"]!)));
        Assert.All(entries, e => Assert.InRange((double)e["firstByteMs"]!, 0.0001, (double)e["totalMs"]!));
    }

    // As nginx does with set_real_ip_from and real_ip_recursive: what comes before the last address that is not a trusted proxy's is the client's own claim.
    [Theory]
    [InlineData(true, "127.0.0.0/8", new[] { "203.0.113.7", "203.0.113.7", "203.0.113.7", "2001:db8::1", "127.0.0.1", "127.0.0.1" })]
    [InlineData(false, "127.0.0.0/8", new[] { "203.0.113.7", "203.0.113.7", "203.0.113.7", "2001:db8::1", "127.0.0.1", "127.0.0.1" })]
    [InlineData(true, "10.0.0.1", new[] { "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1" })]
    public async Task Json_BehindAProxy_TheClientIsTheOneThatATrustedOneTells(bool fast, string trusted, string[] clients)
    {
        var file = Path.GetTempFileName();
        await using (var server = await RunningServer.StartAsync((o, _) => (o.Logging.AccessLog, o.Logging.Format, o.Edge.FastHits, o.Edge.TrustedProxies) = (file, "json", fast, [trusted])))
        {
            foreach (var claim in (string[])["203.0.113.7", "6.6.6.6, 203.0.113.7, 127.0.0.2", "203.0.113.7:4711", "[2001:db8::1]:4711", "unknown", ""])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/clip.mp4");
                request.Headers.TryAddWithoutValidation("X-Forwarded-For", claim);
                using var answer = await server.Edge.SendAsync(request);
            }
        }

        var entries = (await File.ReadAllLinesAsync(file)).Select(l => JsonNode.Parse(l)!).ToList();
        File.Delete(file);
        Assert.Equal(["miss", .. Enumerable.Repeat("hit", 5)], entries.Select(e => (string)e["outcome"]!));
        Assert.Equal(clients, entries.Select(e => (string?)e["client"]));
    }

    [Fact]
    public async Task Text_ARequest_IsOneLine()
    {
        var lines = await LinesAsync("text", edge => GetAsync(edge, "/clip.mp4", "first"));

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1 GET /clip\.mp4 200 10 miss - first=[\d.]+ms total=[\d.]+ms request=first$", Assert.Single(lines));
    }

    [Fact]
    public async Task Api_OfTheCatalog_RefusalsAreProblemsAndLoggedAsSuch()
    {
        var file = Path.GetTempFileName();
        const string Token = "0123456789abcdef0123";
        await using (var server = await RunningServer.StartAsync((o, _) => (o.Logging.AccessLog, o.Logging.Format, o.Api.Token) = (file, "json", Token)))
        {
            await AskAsync(401);
            server.Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            await AskAsync(404);

            async Task AskAsync(int status)
            {
                using var answer = await server.Api.GetAsync("/v1/videos/no/such/path");
                Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
                Assert.Equal(status, (int)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["status"]!);
            }
        }

        var entries = (await File.ReadAllLinesAsync(file)).Select(l => JsonNode.Parse(l)!).ToList();
        File.Delete(file);
        Assert.Equal([401, 404], entries.Select(e => (int)e["status"]!));
        Assert.All(entries, e => Assert.True((int)e["bytes"]! > 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_ThatIsRotated_IsBegunAnew(bool isRenamed)
    {
        using var folder = new TemporaryFolder();
        var (file, old) = (folder.Write("access.log", ""), Path.Combine(folder.Path, "access.log.1"));
        await using var server = await RunningServer.StartAsync((o, _) => o.Logging.AccessLog = file);
        await GetAsync(server.Edge, "/clip.mp4", "first");
        Assert.True(await Eventually.HoldsAsync(() => Lines(file) == 1, TimeSpan.FromSeconds(30)));
        if (isRenamed)
        {
            File.Move(file, old);
        }
        else
        {
            File.Copy(file, old);
            await using var cut = new FileStream(file, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }

        await GetAsync(server.Edge, "/clip.mp4", "second");
        await GetAsync(server.Edge, "/clip.mp4", "third");

        Assert.True(await Eventually.HoldsAsync(() => Lines(file) == 2, TimeSpan.FromSeconds(30)));
        Assert.EndsWith("request=first", Assert.Single(await File.ReadAllLinesAsync(old)), StringComparison.Ordinal);
        Assert.EndsWith("request=third", (await File.ReadAllLinesAsync(file))[^1], StringComparison.Ordinal);
        Assert.DoesNotContain('\0', await File.ReadAllTextAsync(file));

        static int Lines(string path) => File.Exists(path) ? File.ReadLines(path).Count() : 0;
    }

    // As two servers of one configuration do.
    [Fact]
    public async Task File_ThatAnotherWritesTo_KeepsTheLinesOfBoth()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("access.log", "before\n");
        await using (var one = AccessLog.Open(new LoggingSection { AccessLog = file }, TimeProvider.System))
        await using (var other = AccessLog.Open(new LoggingSection { AccessLog = file }, TimeProvider.System))
        {
            for (var i = 1; i <= 20; i++)
            {
                var (log, lines) = (i % 2 == 0 ? one : other, i + 1);
                log!.Note(new() { RequestId = $"{i}", Client = null, Method = "GET", Target = "/a", Status = 200, Bytes = 0, InMemory = true, FirstByte = default, Total = default, Aborted = false });
                Assert.True(await Eventually.HoldsAsync(() => File.ReadLines(file).Count() == lines, TimeSpan.FromSeconds(30)));
            }
        }

        Assert.Equal(["before", .. Enumerable.Range(1, 20).Select(i => $"request={i}")], File.ReadLines(file).Select(line => line.Split(' ')[^1]));
    }

    // The one that writes little must not take the new file, which the other has made longer by then, for the one it knows.
    [Fact]
    public async Task File_ThatIsRotatedWhileAnotherWritesMoreToIt_IsBegunAnewByBoth()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("access.log", "");
        await using var busy = AccessLog.Open(new LoggingSection { AccessLog = file }, TimeProvider.System);
        await using var idle = AccessLog.Open(new LoggingSection { AccessLog = file }, TimeProvider.System);
        await WriteAsync(busy!, 9, 9);
        await WriteAsync(idle!, 1, 10);
        File.Move(file, Path.Combine(folder.Path, "access.log.1"));
        await WriteAsync(busy!, 20, 20);
        await WriteAsync(idle!, 1, 21);

        async Task WriteAsync(AccessLog log, int count, int lines)
        {
            for (var i = 0; i < count; i++)
                log.Note(new() { RequestId = "", Client = null, Method = "GET", Target = "/a", Status = 200, Bytes = 0, InMemory = true, FirstByte = default, Total = default, Aborted = false });
            Assert.True(await Eventually.HoldsAsync(() => File.Exists(file) && File.ReadLines(file).Count() == lines, TimeSpan.FromSeconds(10)));
        }
    }

    [Fact]
    public async Task Json_FirstHitAfterARestart_CameFromDisk()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "access.log");
        folder.Write("media/clip.mp4", "0123456789");
        for (var start = 1; start <= 2; start++)
        {
            await using var server = await RunningServer.StartAsync((o, _) =>
            {
                (o.Logging.AccessLog, o.Logging.Format, o.Cache.Directory, o.Cache.Disk, o.Cache.MinimumFree) = (file, "json", Path.Combine(folder.Path, "cache"), 10 << 20, 0);
                o.Routes[0].Origins[0].Folder = Path.Combine(folder.Path, "media");
            });
            for (var i = 0; i < 2; i++) await GetAsync(server.Edge, "/clip.mp4", "same");
            // The answer is there before its bytes are on disk, and a stop does not wait for them.
            Assert.True(await Eventually.HoldsAsync(async () => JsonNode.Parse(await server.Api.GetStringAsync("/v1/cache/explain?url=/clip.mp4"))!.ToJsonString().Contains("\"diskBytes\":10", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
        }

        var entries = (await File.ReadAllLinesAsync(file)).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(["miss ", "hit memory", "hit disk", "hit memory"], entries.Select(e => $"{e["outcome"]} {e["tier"]}"));
    }

    // As the counters have it: what is empty takes nothing from disk, and a purge is not answered from where the object is.
    [Fact]
    public async Task Json_Tier_IsThatOfTheAnswer()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "access.log");
        folder.Write("media/empty.vtt", "");
        folder.Write("media/clip.mp4", "0123456789");
        await using (var server = await RunningServer.StartAsync((o, _) =>
        {
            (o.Logging.AccessLog, o.Logging.Format, o.Cache.Directory, o.Cache.Disk, o.Cache.MinimumFree) = (file, "json", Path.Combine(folder.Path, "cache"), 10 << 20, 0);
            (o.Edge.FastHits, o.Routes[0].Origins[0].Folder) = (false, Path.Combine(folder.Path, "media"));
        }))
        {
            foreach (var path in (string[])["/empty.vtt", "/empty.vtt", "/clip.mp4", "/clip.mp4"]) await GetAsync(server.Edge, path, "same");
            using var purge = new HttpRequestMessage(new HttpMethod("PURGE"), "/clip.mp4");
            using var purged = await server.Edge.SendAsync(purge);
        }

        var entries = (await File.ReadAllLinesAsync(file)).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(["miss ", "hit memory", "miss ", "hit memory", "bypass "], entries.Select(e => $"{e["outcome"]} {e["tier"]}"));
    }

    // What the log calls a request is what the counters call it.
    [Fact]
    public async Task Json_Outcomes_AreThoseOfTheCounters()
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/slow.mp4", OriginReply.Object(1, 1000) with { HeadDelay = TimeSpan.FromSeconds(20) });
        var file = Path.GetTempFileName();
        List<string> counted;
        await using (var server = await RunningServer.StartAsync((o, _) =>
        {
            (o.Logging.AccessLog, o.Logging.Format) = (file, "json");
            o.Routes.Insert(0, new RouteSection { Name = "slow", Pattern = "/slow.mp4" });
            o.Routes[0].Origins.Add(new OriginSection { Url = origin.Address });
        }))
        {
            foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/clip.mp4"), (HttpMethod.Get, "/clip.mp4"), (HttpMethod.Options, "/clip.mp4"), (HttpMethod.Delete, "/clip.mp4"), (new HttpMethod("PURGE"), "/clip.mp4")])
                using (await server.Edge.SendAsync(new HttpRequestMessage(method, path))) { }
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Edge.GetAsync("/slow.mp4", patience.Token));
            Assert.True(await Eventually.HoldsAsync(() => File.ReadLines(file).Count() == 6, TimeSpan.FromSeconds(30)));
            var stats = JsonNode.Parse(await server.Api.GetStringAsync("/v1/cache/stats"))!["requests"]!.AsObject();
            counted = [.. stats.SelectMany(one => Enumerable.Repeat(one.Key, (int)one.Value!)).Order()];
        }

        var entries = (await File.ReadAllLinesAsync(file)).Select(l => JsonNode.Parse(l)!).ToList();
        File.Delete(file);
        Assert.Equal(["miss", "hit", "bypass", "refused", "bypass", "miss"], entries.Select(e => (string)e["outcome"]!));
        Assert.Equal(entries.Select(e => (string)e["outcome"]!).Order(), counted);
        Assert.Equal((499, 0, true), ((int)entries[^1]["status"]!, (int)entries[^1]["bytes"]!, (bool)entries[^1]["aborted"]!));
    }

    [Fact]
    public async Task Open_UnwritablePlace_SaysWhichAndWhatToDo()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => RunningServer.StartAsync((o, _) => o.Logging.AccessLog = "/nope/access.log"));

        Assert.StartsWith("the access log /nope/access.log cannot be written", error.Message, StringComparison.Ordinal);
    }

    // The server would miss the bytes that its head promises, and call that an error of this program's.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Serve_AnswerThatHasNotBegun_IsCompletedWhereTheClientIsThere(bool isGone)
    {
        var file = Path.GetTempFileName();
        var body = new CompletedBody();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(body);
        if (isGone) context.RequestAborted = new CancellationToken(canceled: true);
        await using (var log = AccessLog.Open(new LoggingSection { AccessLog = file }, TimeProvider.System))
        {
            await log!.ServeAsync(
                context,
                static answered =>
                {
                    answered.Response.ContentLength = 3000;
                    return Task.CompletedTask;
                },
                client: null,
                tier: null);
        }

        File.Delete(file);
        Assert.Equal(!isGone, body.IsCompleted);
    }

    // The server says so of the request itself only a moment after the write that found nobody: most who left were taken for served.
    [Theory]
    [InlineData(3000L, true)]
    [InlineData(null, true)]
    [InlineData(10L, false)] // it has all it asked for
    public async Task Serve_ClientThatLeavesAmidTheBody_IsAborted(long? promised, bool aborted)
    {
        var file = Path.GetTempFileName();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new LeftBody());
        await using (var log = AccessLog.Open(new LoggingSection { AccessLog = file, Format = "json" }, TimeProvider.System))
        {
            await log!.ServeAsync(
                context,
                async answered =>
                {
                    answered.Response.ContentLength = promised;
                    answered.Response.BodyWriter.GetSpan(10);
                    answered.Response.BodyWriter.Advance(10);
                    await answered.Response.BodyWriter.FlushAsync();
                },
                client: null,
                tier: null);
        }

        var line = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        File.Delete(file);
        Assert.Equal((10, aborted), ((int)line["bytes"]!, (bool)line["aborted"]!));
    }

    [Fact]
    public async Task Serve_AnswerThatWasBrokenOff_IsNoErrorOfTheServers()
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/a.mp4", OriginReply.Object(1, 3_000_000) with { ETag = null, CutAfter = 2_000_000, PieceDelay = TimeSpan.FromMilliseconds(100), PieceLength = 500_000 });
        var file = Path.GetTempFileName();
        var log = new MemoryStream();
        var writer = new LineWriter(log);
        using (var logging = LineLoggerProvider.CreateFactory(writer, new LoggingSection(), TimeProvider.System))
        await using (var server = await RunningServer.StartAsync((o, _) =>
        {
            o.Logging.AccessLog = file;
            o.Routes[0].Origins[0] = new OriginSection { Url = origin.Address };
        }, logging))
            await Assert.ThrowsAnyAsync<Exception>(() => GetAsync(server.Edge, "/a.mp4", "first"));
        await writer.DisposeAsync();
        var lines = Encoding.UTF8.GetString(log.ToArray());
        File.Delete(file);
        Assert.Contains("/a.mp4 was cut short: ", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("Kestrel", lines, StringComparison.Ordinal);
    }

    private static async Task<string[]> LinesAsync(string format, Func<HttpClient, Task> use, bool fast = true)
    {
        var file = Path.GetTempFileName();
        await using (var server = await RunningServer.StartAsync((o, _) => (o.Logging.AccessLog, o.Logging.Format, o.Edge.FastHits) = (file, format, fast)))
            await use(server.Edge);
        var lines = await File.ReadAllLinesAsync(file);
        File.Delete(file);
        return lines;
    }

    private static async Task GetAsync(HttpClient edge, string path, string id, string? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Request-Id", id);
        if (range is not null)
            request.Headers.Add("Range", range);
        await (await edge.SendAsync(request)).Content.ReadAsByteArrayAsync();
    }

    /// <summary>One that nobody reads any more.</summary>
    private sealed class LeftBody : IHttpResponseBodyFeature
    {
        private readonly Pipe pipe = new();

        public LeftBody() => pipe.Reader.Complete();

        public Stream Stream => Writer.AsStream();

        public PipeWriter Writer => pipe.Writer;

        public void DisableBuffering()
        {
        }

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task CompleteAsync() => Task.CompletedTask;
    }

    private sealed class CompletedBody() : StreamResponseBodyFeature(Stream.Null)
    {
        public bool IsCompleted { get; private set; }

        public override Task CompleteAsync()
        {
            IsCompleted = true;
            return Task.CompletedTask;
        }
    }
}
