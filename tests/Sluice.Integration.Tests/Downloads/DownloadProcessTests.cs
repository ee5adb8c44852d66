using System.Diagnostics;
using System.Security.Cryptography;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Downloads;

/// <summary>Several processes on one directory: samples/batch-downloads, run as a reader of it would.</summary>
public class DownloadProcessTests
{
    [Fact]
    public async Task Batch_AThousandCallersInFourProcesses_DownloadOnce()
    {
        using var bed = await DownloadBed.MakeAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData(await bed.PutAsync("a", 1, 20_000_000)));
        var processes = Enumerable.Range(0, 4).Select(_ => bed.StartBatch(["--parallel", "250", .. Enumerable.Repeat(bed.Url("a"), 250)])).ToArray();
        var lines = (await Task.WhenAll(processes.Select(LinesAsync))).SelectMany(line => line).ToList();
        Assert.Equal(1000, lines.Count);
        Assert.All(lines, line => Assert.Equal(hash, line.Split("  ")[0]));
        await using var cache = bed.Open();
        // Two callers of a process that come at once share a flight; only one flight of all fetched.
        Assert.Single(lines, line => line.EndsWith("Miss", StringComparison.Ordinal));
        Assert.Equal((999, 1, 20_000_000), (cache.GetStatistics().Hits, cache.GetStatistics().Misses, cache.GetStatistics().FetchedBytes));
    }

    [Fact]
    public async Task Batch_HandedOutByAnotherProcess_IsNotEvicted()
    {
        using var bed = await DownloadBed.MakeAsync();
        bed.Environment["CACHE_MAX_SIZE_MB"] = "1";
        await bed.PutAsync("a", 1, 700_000);
        await bed.PutAsync("b", 2, 700_000);
        var path = (string)(await bed.GetAsync(bed.Url("a")))["path"]!;
        var other = await bed.GetAsync(bed.Url("b"));
        Assert.Equal("bypass", (string?)other["outcome"]);
        Assert.True(File.Exists(path) && File.Exists((string)other["path"]!));
        // A copy needs no lease.
        await bed.RunAsync("cache", "clear");
        await bed.RunAsync("get", bed.Url("a"), "-o", bed.FileOf("copy"));
        Assert.Equal("miss", (string?)(await bed.GetAsync(bed.Url("b")))["outcome"]);
        Assert.Single(bed.Files());
    }

    // The shared cache closes itself at the end of its process, also at one that nobody meant.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Batch_Ended_LetsGoOfTheDirectory(bool byAnException)
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 1000);
        using var process = bed.StartBatch(["--parallel", "1", bed.Url("a"), .. byAnException ? ["no url"] : Array.Empty<string>()]);
        var lines = await LinesAsync(process);
        await process.WaitForExitAsync(DownloadBed.Stop);
        Assert.Equal((1, !byAnException), (lines.Count, process.ExitCode == 0));
        Assert.Equal(1000, Assert.Single(bed.Files()).Value);
        Assert.Empty(Directory.GetFiles(Path.Combine(bed.Cache, "owners")));
    }

    [Fact]
    public async Task Batch_Terminated_LeavesNothingHalfDone()
    {
        using var bed = await DownloadBed.MakeAsync();
        bed.Environment["CACHE_MAX_SIZE_MB"] = "2000";
        // A server that stops in the middle of every body: no machine is quick enough to have it all before the signal.
        await using var server = FaultyOrigin.Start().On($"/{bed.Bucket}/large", OriginReply.Object(1, 400_000_000) with { HoldAfter = 100_000, Held = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, DownloadBed.Stop) });
        bed.Environment["AWS_ENDPOINT_URL"] = server.Address;
        using var process = bed.StartBatch(bed.Url("large"));
        Assert.True(await Eventually.HoldsAsync(() => bed.Files().Keys.Any(name => name.EndsWith(".part", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
        Signals.SendTerminate(process);
        await process.WaitForExitAsync(DownloadBed.Stop);
        Assert.True(process.ExitCode == 143, $"{process.ExitCode}: {await process.StandardError.ReadToEndAsync(DownloadBed.Stop)}");
        Assert.Empty(bed.Files());
        Assert.Empty(Directory.GetFiles(Path.Combine(bed.Cache, "owners")));
    }

    [Fact]
    public async Task Batch_KilledAtRandomInFourProcesses_EveryFileIsRightAndTheBoundHolds()
    {
        const int Objects = 12, Size = 1_500_000, Bound = 8 << 20;
        using var bed = await DownloadBed.MakeAsync();
        bed.Environment["CACHE_MAX_SIZE_MB"] = "8";
        bed.Environment["CACHE_LEASE_MINUTES"] = "0.01";
        var hashes = new Dictionary<string, string>();
        for (var i = 0; i < Objects; i++) hashes[bed.Url($"{i}")] = Convert.ToHexStringLower(SHA256.HashData(await bed.PutAsync($"{i}", (ulong)i, Size)));
        var seconds = int.Parse(Environment.GetEnvironmentVariable("SLUICE_KILL_SECONDS") ?? "15");
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        var largest = 0L;
        var watch = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                largest = Math.Max(largest, bed.Files().Values.Sum());
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }, DownloadBed.Stop);
        var (lines, kills) = (new List<string>(), 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            while (!over.IsCancellationRequested)
            {
                var urls = Enumerable.Range(0, 40).Select(_ => bed.Url($"{random.Next(Objects)}"));
                using var process = bed.StartBatch(["--parallel", "3", .. urls]);
                var seen = await KillAsync(process, afterLines: random.Next(0, 30), TimeSpan.FromMilliseconds(random.Next(0, 150)));
                lock (lines)
                {
                    lines.AddRange(seen);
                    kills++;
                }
            }
        })));
        await watch;
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {lines.Count} files handed out, at most {largest} bytes held");
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(hashes[line.Split("  ")[1]], line.Split("  ")[0]));
        Assert.InRange(largest, 1, Bound + Size);

        // Whatever the dead ones left is tidied away, and everything held is right.
        await using var cache = bed.Open(o => o with { MaximumBytes = Bound });
        cache.Clean();
        Assert.Empty(await cache.VerifyAsync(DownloadBed.Stop));
        var held = cache.Entries().Where(entry => entry.S3Url.Length > 0).ToList();
        Assert.All(held, entry => Assert.Equal(hashes[entry.S3Url], entry.Sha256));
        Assert.Equal(cache.Entries().Select(entry => Path.GetRelativePath(bed.Cache, entry.FilePath)).Order(), bed.Files().Keys.Order());
        Assert.InRange(cache.GetStatistics().TotalSize, 0, Bound);
    }

    private static async Task<List<string>> KillAsync(Process process, int afterLines, TimeSpan more)
    {
        _ = process.StandardError.ReadToEndAsync(DownloadBed.Stop);
        var lines = new List<string>();
        while (lines.Count < afterLines && await process.StandardOutput.ReadLineAsync(DownloadBed.Stop) is { } line) lines.Add(line);
        await Task.Delay(more, TimeProvider.System);
        process.Kill();
        lines.AddRange((await process.StandardOutput.ReadToEndAsync(DownloadBed.Stop)).Split('\n')[..^1]);
        await process.WaitForExitAsync(DownloadBed.Stop);
        return lines;
    }

    // A killed process may have written half a line last.
    private static async Task<List<string>> LinesAsync(Process process)
    {
        _ = process.StandardError.ReadToEndAsync(DownloadBed.Stop);
        var text = await process.StandardOutput.ReadToEndAsync(DownloadBed.Stop);
        await process.WaitForExitAsync(DownloadBed.Stop);
        return [.. text.Split('\n')[..^1]];
    }
}
