using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Serving;

/// <summary><c>sluice warm</c> and its API: what they fetched is a hit, each fetched once.</summary>
public sealed class WarmTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    private static int _videos;

    [Fact]
    public async Task Warm_AMaster_FetchesAllRenditionsTheirBeginningsFirst()
    {
        var folder = PutVideo();

        var cold = await http.Sluice.RunAsync("warm", folder + "/master.m3u8", "--parallel", "1");
        var warm = await http.Sluice.RunAsync("warm", folder + "/master.m3u8", "--json");

        Assert.Equal((0, "9 fetched"), (cold.ExitCode, cold.Output[..9]));
        // Not a line for each object.
        Assert.InRange(cold.Errors.Split('\n').Length, 0, 4);
        Assert.Equal([0, 0, 9, 0, 0], JsonNode.Parse(warm.Output)!.AsObject().Select(count => (int)count.Value!));
        var asked = http.Origin.Calls.Select(call => call.Target).Where(target => target.StartsWith(folder, StringComparison.Ordinal)).Select(target => target[(folder.Length + 1)..]);
        Assert.Equal(["master.m3u8", "0/index.m3u8", "1/index.m3u8", "0/0.ts", "1/0.ts", "0/1.ts", "1/1.ts", "0/2.ts", "1/2.ts"], asked);
        Assert.Equal("HIT", (await http.Edge.AskAsync(folder + "/1/2.ts")).CacheStatus);
    }

    [Fact]
    public async Task Warm_WithABudget_LeavesTheRest()
    {
        var folder = PutVideo();

        var result = await http.Sluice.RunAsync("warm", folder + "/master.m3u8", "--parallel", "1", "--budget", "25kB", "--json");

        var counts = JsonNode.Parse(result.Output)!;
        Assert.Equal((0, 6, 3, 0), (result.ExitCode, (int)counts["fetched"]!, (int)counts["left"]!, (int)counts["failed"]!));
    }

    [Fact]
    public async Task Warm_OfAListSomeMissing_TellsWhichAndFails()
    {
        var path = http.Put(OriginReply.Object(140, 1000));
        using var folder = new TemporaryFolder();
        var list = folder.Write("list.txt", $"# premieres\n{path}\n\n/nothing-here\n");

        var result = await http.Sluice.RunAsync("warm", "--list", list);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("1 fetched (1000 B), 0 held already, 1 failed", result.Output, StringComparison.Ordinal);
        Assert.Contains("/nothing-here: The origin answered 404.", result.Errors, StringComparison.Ordinal);
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Theory]
    [InlineData("--budget 3q", "--budget: ")]
    [InlineData("--parallel 65", "--parallel: ")]
    [InlineData("--list /no/such/file", "--list: ")]
    [InlineData("", "say what to fetch")]
    public async Task Warm_BadFlags_IsOneLineAndUsage(string arguments, string start)
    {
        var result = await http.Sluice.RunAsync([.. "warm".Split(' '), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("sluice: " + start, Assert.Single(result.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("{\"urls\": []}", 400)]
    [InlineData("{\"urls\": [null]}", 400)]
    [InlineData("{\"urls\": \"/a\"}", 400)]
    [InlineData("{\"url\": \"/a\"}", 400)]
    [InlineData("[", 400)]
    public async Task Post_BadBody_SaysWhatToWrite(string body, int status)
    {
        using var content = new StringContent(body, null, "application/json");
        using var answer = await http.Sluice.Api.PostAsync(new Uri("/v1/cache/warm", UriKind.Relative), content);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains("master.m3u8", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>Two renditions of three segments of 10,000 bytes.</summary>
    private string PutVideo()
    {
        var folder = $"/warm{Interlocked.Increment(ref _videos)}";
        http.Origin.On(folder + "/master.m3u8", OriginReply.Text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n0/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\n1/index.m3u8\n"));
        foreach (var rendition in (int[])[0, 1])
        {
            http.Origin.On($"{folder}/{rendition}/index.m3u8", OriginReply.Text("#EXTM3U\n#EXTINF:6,\n0.ts\n#EXTINF:6,\n1.ts\n#EXTINF:6,\n2.ts\n#EXT-X-ENDLIST\n"));
            for (var segment = 0; segment < 3; segment++) http.Origin.On($"{folder}/{rendition}/{segment}.ts", OriginReply.Object((ulong)((rendition * 3) + segment), 10_000));
        }

        return folder;
    }
}
