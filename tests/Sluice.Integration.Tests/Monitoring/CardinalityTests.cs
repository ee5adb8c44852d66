using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Monitoring;

/// <summary>What clients invent makes no series.</summary>
public sealed class CardinalityTests
{
    [Fact]
    public async Task TenThousandHostileRequests_MakeNoNewSeries()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.bin", new byte[10]);
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        await AskAsync(sluice, 1, 50);
        var before = await SeriesAsync(sluice);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(lane => AskAsync(sluice, lane * 10_000, 1250)));
        var after = await SeriesAsync(sluice);
        Assert.Equal([], after.Except(before).Where(name => name.StartsWith("sluice_", StringComparison.Ordinal)));
        Assert.InRange(after.Count, 50, 2000);
        Assert.DoesNotContain(after, name => name.Contains("evil", StringComparison.Ordinal));
    }

    /// <summary>Paths, queries, fields and a method that nobody else ever sent; what is answered does not matter.</summary>
    private static async Task AskAsync(SluiceProcess sluice, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            using var request = new HttpRequestMessage(i % 5 == 0 ? new HttpMethod("EVIL" + i) : HttpMethod.Get, new Uri(i % 3 == 0 ? $"/a.bin?evil={i}" : $"/evil/{i}/%22{i}", UriKind.Relative));
            request.Headers.TryAddWithoutValidation("X-Evil-" + i, "evil" + i);
            using var answer = await sluice.Edge.SendAsync(request);
        }
    }

    private static async Task<HashSet<string>> SeriesAsync(SluiceProcess sluice) =>
        [.. (await sluice.Api.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.LastIndexOf(' ')])];
}
