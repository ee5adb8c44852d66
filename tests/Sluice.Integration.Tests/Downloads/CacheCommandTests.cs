using System.Text.Json.Nodes;

namespace Sluice.Integration.Tests.Downloads;

/// <summary><c>sluice cache</c>.</summary>
public class CacheCommandTests
{
    [Fact]
    public async Task Cache_AfterSomeGets_ListsCountsRemovesAndClears()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 1000);
        await bed.PutAsync("b", 2, 2000);
        await bed.GetAsync(bed.Url("a"));
        await bed.GetAsync(bed.Url("b"));
        await bed.GetAsync(bed.Url("a"));
        var entries = (await JsonAsync(bed, "ls")).AsArray();
        Assert.Equal([bed.Url("a"), bed.Url("b")], entries.Select(e => (string)e!["s3Url"]!));
        Assert.Equal((1000, 1), ((int)entries[0]!["size"]!, (int)entries[0]!["hitCount"]!));
        foreach (var name in (string[])["key", "filePath", "etag", "createdAt", "lastAccessedAt", "sha256", "leasedUntil"]) Assert.NotNull(entries[0]![name]);
        var stats = await JsonAsync(bed, "stats");
        Assert.Equal((1, 2, 3000, 2), ((int)stats["hits"]!, (int)stats["misses"]!, (int)stats["totalSize"]!, (int)stats["entryCount"]!));
        Assert.Equal(1.0 / 3, (double)stats["hitRate"]!, 3);

        Assert.Equal(0, (await bed.RunAsync("cache", "rm", bed.Url("a"))).ExitCode);
        Assert.Equal(5, (await bed.RunAsync("cache", "rm", bed.Url("a"))).ExitCode);
        Assert.Single(bed.Files());
        Assert.Equal("deleted 1 files\n", (await bed.RunAsync("cache", "clear")).Output);
        Assert.Empty(bed.Files());
    }

    [Fact]
    public async Task Verify_DamagedFile_NamesAndDeletesIt()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 1000);
        await bed.PutAsync("b", 2, 1000);
        var path = (string)(await bed.GetAsync(bed.Url("a")))["path"]!;
        await bed.GetAsync(bed.Url("b"));
        Assert.Equal(0, (await bed.RunAsync("cache", "verify")).ExitCode);
        var before = File.GetLastWriteTimeUtc(path);
        await File.WriteAllBytesAsync(path, new byte[1000], DownloadBed.Stop);
        File.SetLastWriteTimeUtc(path, before);
        var result = await bed.RunAsync("cache", "verify");
        Assert.Equal((1, "2 files read, 1 damaged and deleted\n"), (result.ExitCode, result.Output));
        Assert.Contains(bed.Url("a"), result.Errors, StringComparison.Ordinal);
        Assert.Equal("miss", (string?)(await bed.GetAsync(bed.Url("a")))["outcome"]);
    }

    [Fact]
    public async Task Warm_Prefix_FetchesWhatIsMissing()
    {
        using var bed = await DownloadBed.MakeAsync();
        for (var i = 0; i < 5; i++) await bed.PutAsync($"w/{i}", (ulong)i, 1000);
        await bed.GetAsync(bed.Url("w/3"));
        var result = await bed.RunAsync("cache", "warm", "--prefix", bed.Url("w/"));
        Assert.Equal((0, "4 fetched, 1 held already, 0 found no room, 0 failed\n"), (result.ExitCode, result.Output));
        Assert.Equal("hit", (string?)(await bed.GetAsync(bed.Url("w/4"), "--no-validate"))["outcome"]);
        var again = await JsonAsync(bed, "warm", "--prefix", bed.Url("w/"));
        Assert.Equal((0, 5, 0), ((int)again["fetched"]!, (int)again["held"]!, (int)again["failed"]!));
    }

    [Fact]
    public async Task Report_TooSmallACache_AdvisesALargerOne()
    {
        using var bed = await DownloadBed.MakeAsync();
        for (var i = 0; i < 6; i++) await bed.PutAsync($"{i}", (ulong)i, 300_000);
        await using (var cache = bed.Open(o => o with { MaximumBytes = 1 << 20, Lease = TimeSpan.Zero }))
            for (var i = 0; i < 36; i++) await cache.GetAsync(bed.Url($"{i % 6}"), "owner", DownloadBed.Stop);
        bed.Environment["CACHE_MAX_SIZE_MB"] = "1";
        var report = await JsonAsync(bed, "report");
        Assert.Equal([0, 0, 30.0 / 36, 30.0 / 36], report["sizes"]!.AsArray().Select(size => (double)size!["hitRate"]!));
        Assert.Equal((36, 6, 1_800_000), ((int)report["calls"]!, (int)report["files"]!, (int)report["fileBytes"]!));
        Assert.StartsWith("Raise CACHE_MAX_SIZE_MB to 2 ", (string)report["advice"]!, StringComparison.Ordinal);
        var text = await bed.RunAsync("cache", "report");
        foreach (var line in (string[])["calls", "36 since ", "1x (now)", "83.3 %", (string)report["advice"]!]) Assert.Contains(line, text.Output, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> JsonAsync(DownloadBed bed, params string[] command)
    {
        var result = await bed.RunAsync(["cache", .. command, "--json"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonNode.Parse(result.Output)!;
    }
}
