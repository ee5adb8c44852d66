using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.S3.Downloads;

namespace Sluice.Benchmarks;

/// <summary>Figures of the download cache against a real bucket; bench/load/downloads.py makes the bucket, and a delay on the way to it. Prints rows of Markdown.</summary>
internal static class DownloadFigures
{
    private const int Entries = 100_000;
    private static readonly S3DownloadOptions Trusting = new() { ValidateETag = false };

    /// <summary>Hits of a large file, and lookups.</summary>
    /// <param name="scratch">Folder for caches.</param>
    /// <param name="bucket">Holds 100m and 10m.</param>
    public static async Task HitsAsync(string scratch, string bucket)
    {
        Console.WriteLine("| 100 MB | time | requests | of the first download |\n|---|---|---|---|");
        await using (var cache = Cache(Path.Combine(scratch, "hits")))
        {
            await cache.GetAsync($"s3://{bucket}/10m"); // so that connecting and compiling are not part of it
            var first = await TimeAsync(() => cache.GetAsync($"s3://{bucket}/100m"));
            Row("first download", $"{first.TotalMilliseconds:0.0} ms", "12 ranges", "1");
            var trusted = await MedianAsync(1000, () => cache.GetAsync($"s3://{bucket}/100m", Trusting));
            Row("hit, not validated", $"{trusted.TotalMilliseconds:0.000} ms", "0", $"1 / {first / trusted:0}");
            var validated = await MedianAsync(20, () => cache.GetAsync($"s3://{bucket}/100m"));
            Row("hit, validated", $"{validated.TotalMilliseconds:0.0} ms", "1 HEAD, no body", $"1 / {first / validated:0}");
        }
        Console.WriteLine($"\n| lookup among {Entries:N0} entries | time |\n|---|---|");
        Row("median of 100,000, each another key", $"{Lookup(Path.Combine(scratch, "many")).TotalMicroseconds:0.0} µs");
    }

    /// <summary>The three scenarios at their full sizes; what fetches everything is a run without a cache, or the first one with it.</summary>
    /// <param name="scratch">Folder for caches.</param>
    /// <param name="bucket">Holds 100m, 10m and 50m-0 to 50m-19.</param>
    /// <param name="lines">Where each scenario reaches the server.</param>
    public static async Task ScenariosAsync(string scratch, string bucket, Uri[] lines)
    {
        Console.WriteLine("| scenario | everything fetched | with the cache | less time | asked | less fetched |\n|---|---|---|---|---|---|");
        await ScenarioAsync("10 jobs share a file of 100 MB (PRF-07)", (10, _ => "100m"), lines[0], again: false, "87.5 %");
        await ScenarioAsync("50 runs over a file of 10 MB (PRF-08)", (50, _ => "10m"), lines[1], again: false, "90 %");
        await ScenarioAsync("20 files of 50 MB again, limit raised (PRF-09)", (20, i => $"50m-{i}"), lines[2], again: true, "98 %");

        async Task ScenarioAsync(string name, (int Calls, Func<int, string> Key) jobs, Uri line, bool again, string asked)
        {
            await using var none = Cache(Path.Combine(scratch, "none"), line, enabled: again);
            await using var cache = Cache(Path.Combine(scratch, again ? "none" : name[..2]), line);
            var (without, all) = await RunAsync(none);
            var (with, fetched) = await RunAsync(cache);
            Row(name, $"{all / 1e6:0} MB, {without.TotalSeconds:0.0} s", $"{fetched / 1e6:0} MB, {with.TotalSeconds:0.00} s", $"{1 - (with / without):P1}", asked, $"{1 - ((double)fetched / all):P1}");

            async Task<(TimeSpan, long)> RunAsync(S3DownloadCache through)
            {
                var bytes = 0L;
                var time = await TimeAsync(async () =>
                {
                    for (var i = 0; i < jobs.Calls; i++)
                    {
                        var file = await through.FetchAsync($"s3://{bucket}/{jobs.Key(i)}");
                        bytes += file.FetchedBytes;
                        if (file.Outcome == S3DownloadOutcome.Bypass) File.Delete(file.Path);
                    }
                });
                return (time, bytes);
            }
        }
    }

    private static S3DownloadCache Cache(string directory, Uri? endpoint = null, bool enabled = true) => new(new() { Directory = directory, MaximumBytes = 4L << 30, Enabled = enabled, Endpoint = endpoint });

    private static TimeSpan Lookup(string directory)
    {
        using var store = new DownloadStore(new() { Directory = directory, MaximumEntries = Entries }, TimeProvider.System, NullLogger.Instance);
        var keys = Enumerable.Range(0, Entries).Select(i => DownloadKey.Of($"s3://media/{i}", null)).ToArray();
        store.Index.Write(connection =>
        {
            foreach (var key in keys)
                connection.Execute($"INSERT INTO entries ({DownloadIndex.Columns}) VALUES (?1, ?2, 'here', 1, 1, 0, '\"0\"', NULL, NULL, 0, ?3, ?3, 0, 0, NULL)", key, "s3://media/" + key, store.NextUse());
            return 0;
        });
        Random.Shared.Shuffle(keys);
        var times = new List<TimeSpan>(Entries);
        foreach (var key in keys)
        {
            var begun = Stopwatch.GetTimestamp();
            if (store.Find(key, "here") is null) throw new InvalidOperationException("an entry is missing");
            times.Add(Stopwatch.GetElapsedTime(begun));
        }
        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> run)
    {
        var begun = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(begun);
    }

    private static async Task<TimeSpan> MedianAsync(int count, Func<Task> run)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++) times.Add(await TimeAsync(run));
        times.Sort();
        return times[count / 2];
    }

    private static void Row(params string[] cells) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |"));
}
