using System.Text.Json.Nodes;
using Sluice.Integration.Tests.S3;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Downloads;

/// <summary><c>sluice get</c> as a person or a script uses it.</summary>
public class GetCommandTests
{
    [Fact]
    public async Task Get_Object_PrintsThePathAndFetchesOnce()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a b.mp4", 1, 300_000);
        var first = await bed.RunAsync("get", bed.Url("a b.mp4"));
        Assert.True(first.ExitCode == 0, first.ToString());
        var key = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(bed.Url("a b.mp4") + "|default")));
        Assert.Equal(Path.Combine(bed.Cache, key[..2], key), first.Output.TrimEnd('\n'));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(first.Output.TrimEnd('\n'), DownloadBed.Stop));
        Assert.Contains("a b.mp4: fetched 292.97 KiB in ", first.Errors, StringComparison.Ordinal);

        var second = await bed.RunAsync("get", bed.Url("a b.mp4"));
        Assert.Equal((0, first.Output, ""), (second.ExitCode, second.Output, second.Errors));
        Assert.Equal("hit", (string?)(await bed.GetAsync(bed.Url("a b.mp4"), "--no-validate"))["outcome"]);
        Assert.Equal("miss", (string?)(await bed.GetAsync(bed.Url("a b.mp4"), "--skip-cache"))["outcome"]);
    }

    [Fact]
    public async Task Get_ToFile_PutsItThereAndPrintsNothing()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("clip.mp4", 2, 100_000);
        var target = bed.FileOf("deep/er/clip.mp4");
        await File.WriteAllTextAsync(target, "what was there before", DownloadBed.Stop);
        var result = await bed.RunAsync("get", bed.Url("clip.mp4"), "-o", target);
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(target, DownloadBed.Stop));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(target)!));
        await File.WriteAllTextAsync(target, "the user's own file from here on, written in place", DownloadBed.Stop);
        Assert.Equal(bytes, await File.ReadAllBytesAsync((string)(await bed.GetAsync(bed.Url("clip.mp4")))["path"]!, DownloadBed.Stop));
    }

    [Fact]
    public async Task Get_ToStandardOutput_WritesTheBytes()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("text", 3, 0);
        await File.WriteAllTextAsync(bed.FileOf("list"), "", DownloadBed.Stop);
        Assert.Equal("", (await bed.RunAsync("get", bed.Url("text"), "-o", "-")).Output);
    }

    [Fact]
    public async Task Get_ToTheShellsStandardOutput_IsWrittenBetweenWhatTheShellWrites()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 3, 1000);
        var environment = new Dictionary<string, string>(bed.Environment) { ["SLUICE"] = SluiceProgram.Path, ["URL"] = bed.Url("a"), ["FILE"] = bed.FileOf("all") };
        var run = SluiceProgram.Path.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet \"$SLUICE\"" : "\"$SLUICE\"";
        await Tool.RunAsync("sh", ["-c", $"{{ printf head; {run} get \"$URL\" -o /dev/stdout; printf tail; }} > \"$FILE\""], environment: environment);
        Assert.Equal(1008, new FileInfo(bed.FileOf("all")).Length);
    }

    [Fact]
    public async Task Get_List_PrintsThePathsAndGoesOnPastAFailure()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 4, 1000);
        await bed.PutAsync("b", 5, 1000);
        var list = bed.FileOf("list.txt");
        await File.WriteAllLinesAsync(list, ["# what the job needs", bed.Url("a"), "", bed.Url("missing"), bed.Url("b"), bed.Url("a")], DownloadBed.Stop);
        var result = await bed.RunAsync("get", "--list", list);
        Assert.Equal(5, result.ExitCode);
        Assert.Equal(2, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(File.Exists));
        Assert.Contains($"{bed.Url("missing")}: there is no such object", result.Errors, StringComparison.Ordinal);
        Assert.Contains("2 of 3 files, 1 failed", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ListAsJson_WritesALineAFile()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 4, 1000);
        await bed.PutAsync("b", 5, 2000);
        var list = bed.FileOf("list.txt");
        await File.WriteAllLinesAsync(list, [bed.Url("a"), bed.Url("b")], DownloadBed.Stop);
        var result = await bed.RunAsync("get", "--json", "--list", list);
        var answers = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).OrderBy(answer => (int)answer["size"]!).ToList();
        Assert.Equal([(bed.Url("a"), 1000, "miss"), (bed.Url("b"), 2000, "miss")], answers.Select(answer => ((string)answer["url"]!, (int)answer["size"]!, (string)answer["outcome"]!)));
        Assert.All(answers, answer => Assert.True(File.Exists((string)answer["path"]!)));
    }

    [Fact]
    public async Task Get_Interrupted_SaysSoAndLeavesNothingHalfDone()
    {
        using var bed = await DownloadBed.MakeAsync();
        // A server that stops in the middle of every body: no machine is quick enough to have it all before the signal.
        await using var server = FaultyOrigin.Start().On($"/{bed.Bucket}/large", OriginReply.Object(1, 400_000_000) with { HoldAfter = 100_000, Held = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, DownloadBed.Stop) });
        bed.Environment["AWS_ENDPOINT_URL"] = server.Address;
        using var process = SluiceProgram.Start(["get", bed.Url("large")], bed.Environment);
        process.Start();
        var errors = process.StandardError.ReadToEndAsync(DownloadBed.Stop);
        Assert.True(await Eventually.HoldsAsync(() => bed.Files().Keys.Any(name => name.EndsWith(".part", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
        Signals.SendTerminate(process);
        await process.WaitForExitAsync(DownloadBed.Stop);
        Assert.Equal((130, "sluice: interrupted\n"), (process.ExitCode, await errors));
        Assert.Empty(bed.Files());
        Assert.Empty(Directory.GetFiles(Path.Combine(bed.Cache, "owners")));
    }

    [Fact]
    public async Task Get_Prefix_MakesTheFolder()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("p/deep/a b+c.mp4", 6, 5000);
        await bed.PutAsync("p/empty", 7, 0);
        await bed.PutAsync("p/", 8, 0);
        await bed.PutAsync("q", 9, 10);
        var folder = bed.FileOf("out/x");
        var result = await bed.RunAsync("get", "--prefix", bed.Url("p/"), "--to", Path.GetDirectoryName(folder)!);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["deep/a b+c.mp4", "empty"], Directory.EnumerateFiles(Path.GetDirectoryName(folder)!, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Path.GetDirectoryName(folder)!, f)).Order());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(Path.GetDirectoryName(folder)!, "deep/a b+c.mp4"), DownloadBed.Stop));
    }

    [Fact]
    public async Task Get_PrefixWithMoreThanAPage_FetchesAll()
    {
        using var bed = await DownloadBed.MakeAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1005), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await bed.PutAsync($"n/{i:0000}", (ulong)i, 3));
        await using var cache = bed.Open();
        Assert.Equal(1005, await cache.ListAsync(bed.Url("n/"), DownloadBed.As("owner"), DownloadBed.Stop).Select(item => item.S3Url).Distinct().CountAsync(DownloadBed.Stop));
    }

    [Theory]
    [InlineData("p/ok", "p/../../escaped", "outside")]
    [InlineData("p/a/b", "p/a//b", "both be written")]
    [InlineData("p/a", "p/a/b/c", "which is a folder for")]
    public async Task Get_KeysThatAreNotAFileEachOfTheFolder_WritesNothing(string first, string second, string reason)
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync(first, 1, 3);
        await bed.PutAsync(second, 2, 3);
        var folder = bed.FileOf("out/x");
        var result = await bed.RunAsync("get", "--prefix", bed.Url("p/"), "--to", folder);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Get_HomeThatIsNotThere_IsMadeAndNotTheFolderOneIsIn()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 3);
        bed.Environment.Remove("CACHE_DIR");
        var home = bed.Environment["HOME"] = bed.FileOf("home");
        Assert.False(Directory.Exists(home));
        var result = await bed.RunAsync("get", bed.Url("a"));
        Assert.StartsWith(Path.Combine(home, ".sluice", "cache"), result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AwkwardKeys_AllArrive()
    {
        using var bed = await DownloadBed.MakeAsync();
        await using var cache = bed.Open();
        for (var i = 0; i < S3Bed.Keys.Length; i++)
        {
            var bytes = await bed.PutAsync(S3Bed.Keys[i], (ulong)i, 100 + i);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(await cache.GetAsync(bed.Url(S3Bed.Keys[i]), "owner", DownloadBed.Stop), DownloadBed.Stop));
        }
    }

    [Fact]
    public async Task Get_Failures_HaveTheirExitCodes()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 10);
        await AssertAsync(5, "no such object", "get", bed.Url("missing"));
        await AssertAsync(5, "no such bucket", "get", "s3://no-such-bucket-here/a");
        await AssertAsync(3, "cannot be reached", "get", bed.Url("a"), "--endpoint", "http://127.0.0.1:1");
        await AssertAsync(2, "not an S3 address", "get", "a");
        await AssertAsync(1, "is a folder", "get", "--list", bed.Temporary);
        await AssertAsync(1, "there is no file", "get", "--list", bed.Temporary + "/none");
        await AssertAsync(2, "names no object", "get", $"s3://{bed.Bucket}/");
        await AssertAsync(2, "give one of", "get");
        await AssertAsync(2, "give one of", "get", bed.Url("a"), "--list", "x");
        await AssertAsync(2, "not a URL", "get", bed.Url("a"), "--endpoint", "here");
        bed.Environment["AWS_SECRET_ACCESS_KEY"] = "wrong";
        await AssertAsync(4, "refused", "get", bed.Url("a"));
        bed.Environment["CACHE_MAX_ENTRIES"] = "none";
        await AssertAsync(2, "CACHE_MAX_ENTRIES", "get", bed.Url("a"));

        async Task AssertAsync(int code, string reason, params string[] arguments)
        {
            var result = await bed.RunAsync(arguments);
            Assert.True((result.ExitCode, result.Output) == (code, ""), result.ToString());
            Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
            Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
