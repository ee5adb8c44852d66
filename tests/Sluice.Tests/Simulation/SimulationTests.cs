using Sluice.Commands;
using Sluice.Simulation;
using Sluice.TestKit.Processes;
using Sluice.Tests.Commands;

namespace Sluice.Tests.Simulation;

public sealed class SimulationTests
{
    [Theory]
    [InlineData("""1.2.3.4 - - [21/Nov/2026:08:00:00 +0000] "GET /a.mp4?x=1 HTTP/1.1" 200 1024 "-" "curl/8" """, "/a.mp4?x=1", 1024)]
    [InlineData("2026-11-21T08:00:00.000Z 127.0.0.1 GET /b.mp4 206 512 hit memory first=0.1ms total=0.2ms request=abc", "/b.mp4", 512)]
    [InlineData("2026-11-21T08:00:00.000Z 127.0.0.1 GET /b.mp4?CMCD=bl%3D1 206 512 hit memory first=0.1ms total=0.2ms request=abc", "/b.mp4", 512)]
    [InlineData("""{"time":"2026-11-21T08:00:00.000Z","client":"127.0.0.1","method":"GET","target":"/c.mp4?CMCD=bl%3D1\u0026v=1","status":200,"bytes":77,"outcome":"hit"}""", "/c.mp4?v=1", 77)]
    [InlineData("""owner bucket [21/Nov/2026:08:00:00 +0000] 1.2.3.4 arn:aws:iam::1:user/x 3E57 REST.GET.OBJECT videos/d.mp4 "GET /videos/d.mp4 HTTP/1.1" 206 - 1000 5000 12 11 "-" "S3" -""", "videos/d.mp4", 5000)]
    public void TryRead_LineOfAFormat_HasPathAndBytes(string line, string path, long bytes)
    {
        Assert.True(LogFormats.TryRead(line, out var request));
        Assert.Equal(new LogRequest(path, bytes), request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"target\":5,\"bytes\":\"x\",\"status\":200,\"method\":\"GET\"}")]
    [InlineData("""1.2.3.4 - - [x] "GET /a HTTP/1.1" 404 10 "-" "-" """)]
    [InlineData("""1.2.3.4 - - [x] "POST /a HTTP/1.1" 200 10 "-" "-" """)]
    [InlineData("anything else")]
    public void TryRead_AnythingElse_IsLeftOut(string line) => Assert.False(LogFormats.TryRead(line, out _));

    [Fact]
    public void Run_TwoObjectsInTurn_HitsOnlyWhereBothFit()
    {
        var simulation = new CacheSimulation();
        for (var i = 0; i < 10; i++) simulation.Add(new LogRequest(i % 2 == 0 ? "/a" : "/b", 100));
        Assert.Equal((10, 2, 200, 1000), (simulation.Requests, simulation.Objects, simulation.Footprint, simulation.Sent));
        Assert.Equal((8, 800), (simulation.Run("lru", 200).Hits, simulation.Run("lru", 200).HitBytes));
        Assert.Equal(0, simulation.Run("lru", 150).Hits);
        Assert.Equal(0, simulation.Run("lru", 50).Hits); // neither fits
    }

    [Fact]
    public async Task Simulate_ALog_ShowsATableAndAChart()
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("access.log", string.Concat(Enumerable.Range(0, 100).Select(i => $"1.2.3.4 - - [x] \"GET /{i % 10} HTTP/1.1\" 200 1000 \"-\" \"-\"\n")) + "nonsense\n");
        var (code, text, _) = await CommandLine.RunAsync(["simulate", log]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("100 requests for 10 objects", text, StringComparison.Ordinal);
        Assert.Contains("1 lines left out", text, StringComparison.Ordinal);
        Assert.Contains("90.0%", text, StringComparison.Ordinal);
        Assert.Contains("|█", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await CommandLine.RunAsync(["simulate", log, "--size", "much"])).Code);
    }

    [Theory]
    [InlineData("none", "there is no file ")]
    [InlineData("", "is a folder; name a log in it")]
    [InlineData("odd.gz", "is not compressed by gzip")]
    [InlineData("other.txt", "has no successful GET in a format that is known")]
    public async Task Simulate_WhatIsNoLog_SaysWhatToDoInOneLine(string name, string told)
    {
        using var folder = new TemporaryFolder();
        folder.Write("odd.gz", "this is plain text, and long enough for a header");
        folder.Write("other.txt", "root:x:0:0\n");
        var (code, output, error) = await CommandLine.RunAsync(["simulate", Path.Combine(folder.Path, name)]);
        Assert.Equal((ExitCode.Failure, ""), (code, output));
        Assert.StartsWith("sluice: ", error, StringComparison.Ordinal);
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }
}
