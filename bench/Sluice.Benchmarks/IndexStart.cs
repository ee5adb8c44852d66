using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Sqlite;
using Sluice.Core.Tags;

namespace Sluice.Benchmarks;

/// <summary>A start with very many objects on disk: time to the first hit, time until the index is read, and what an entry takes. Each start is a process of its own; what an empty cache takes is subtracted.</summary>
internal static class IndexStart
{
    private const int Probes = 500, BodyLength = 1024, Rounds = 3;
    private const string Scope = "http://origin.example:9000";

    public static async Task RunAsync(int entries)
    {
        var folder = Directory.CreateTempSubdirectory("sluice-index-").FullName;
        try
        {
            await MakeAsync(Path.Combine(folder, "empty"), 0);
            await MakeAsync(Path.Combine(folder, "full"), entries);
            for (var round = 0; round < Rounds; round++)
            {
                var empty = await StartAsync(Path.Combine(folder, "empty"), 0);
                var full = await StartAsync(Path.Combine(folder, "full"), entries);
                double Each(string name) => (full[name] - empty[name]) / entries;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{entries:N0} entries: first hit {full["opened-to-hit"]:0} ms after the cache was opened, {full["start-to-hit"]:0} ms after the process began (empty: {empty["start-to-hit"]:0} ms); index read after {full["read"]:0} ms ({full["busy"] - empty["busy"]:0} ms of processor); an entry takes {Each("resident"):0} bytes resident, {Each("heap"):0} of them managed; after {full["hits"]:0} hits {Each("resident-hits"):0}; dry run of a purge by tag {full["tag"]:0} ms, by source {full["source"]:0} ms"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One start, in the process that is measured.</summary>
    public static async Task RunOnceAsync(string folder, int entries)
    {
        var time = TimeProvider.System;
        using var process = Process.GetCurrentProcess();
        var opened = time.GetTimestamp();
        await using var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 64 << 20, Disk = Options(folder) }, time, NullLoggerFactory.Instance);
        var scope = cache.Scope(Scope);
        await HitAsync(scope, Target(entries, 0));
        Say("opened-to-hit", time.GetElapsedTime(opened).TotalMilliseconds);
        Say("start-to-hit", (time.GetUtcNow() - process.StartTime.ToUniversalTime()).TotalMilliseconds);
        await cache.FindAsync(PurgeKind.Url, "/nothing");
        Say("read", time.GetElapsedTime(opened).TotalMilliseconds);
        Say("busy", process.TotalProcessorTime.TotalMilliseconds);
        // What the system gives back in time is not growth.
        await Task.Delay(TimeSpan.FromSeconds(2), time);
        Resident("resident");
        Say("heap", GC.GetTotalMemory(forceFullCollection: true));
        for (var i = 1; i < Probes; i++) await HitAsync(scope, Target(entries, i));
        Say("hits", Probes);
        Resident("resident-hits");
        foreach (var (name, kind, value) in new[] { ("tag", PurgeKind.Tag, "title-77"), ("source", PurgeKind.Source, "/nothing") })
        {
            var asked = time.GetTimestamp();
            var receipt = await cache.PurgeAsync(new PurgeRequest(kind, value, DryRun: true));
            Say(name, time.GetElapsedTime(asked).TotalMilliseconds);
            if (name == "tag" && entries > 1_000 && receipt.Objects == 0) throw new InvalidOperationException("No object has the tag.");
        }

        void Resident(string name)
        {
            process.Refresh();
            Say(name, process.WorkingSet64);
        }
    }

    private static void Say(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0}"));

    private static async Task HitAsync(CacheScope scope, string target)
    {
        if (scope.FindStored(target) is not [var found, ..]) throw new InvalidOperationException($"{target} was not found.");
        using var reader = found.Open(0, BodyLength, null);
        using var piece = await reader.ReadAsync(CancellationToken.None);
        if (piece.Length != BodyLength) throw new InvalidOperationException($"{target} is {piece.Length} bytes.");
    }

    private static async Task<Dictionary<string, double>> StartAsync(string folder, int entries)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["index-start", "once", folder, entries.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var text = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (child.ExitCode != 0) throw new InvalidOperationException($"The start of {folder} failed.");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(part => part[0], part => double.Parse(part[1], CultureInfo.InvariantCulture));
    }

    private static DiskTierOptions Options(string folder) => new() { Directory = folder, MaximumBytes = 1L << 40, MinimumFreeBytes = 0, MaximumObjects = 10_000_000 };

    /// <summary>Those asked for are real objects with bodies, spread over all by name; the others are rows only.</summary>
    private static async Task MakeAsync(string folder, int entries)
    {
        await using (var tier = DiskTier.Open(Options(folder), TimeProvider.System, NullLogger.Instance))
            for (var i = 0; i < Probes; i++)
            {
                var target = tier.Create($"{Scope} {Target(entries, i)}", Metadata(i));
                if (!await tier.WriteAsync(target, 0, new byte[BodyLength], CancellationToken.None)) throw new InvalidOperationException("No room.");
            }

        using var index = SqliteDatabase.Open(Path.Combine(folder, "index.db"));
        using var begin = index.BeginWrite();
        using var put = index.Prepare("INSERT INTO objects VALUES ($id, $name, $identity, $key, $metadata, $length, 1, $length, $used)", "$id", "$name", "$identity", "$key", "$metadata", "$length", "$used");
        using var putChunk = index.Prepare("INSERT INTO chunks VALUES ($object, 0, 1)", "$object");
        for (var i = Probes; i < entries; i++)
        {
            var name = RandomNumberGenerator.GetBytes(32);
            object[] values = [1000L + i, name, BitConverter.ToInt64(name), $"{Scope} {Path1(i)}", ObjectMetadataFormat.Encode(Metadata(i)), (long)BodyLength, 1_700_000_000L + RandomNumberGenerator.GetInt32(1_000_000)];
            for (var at = 0; at < values.Length; at++) put.Parameters[at].Value = values[at];
            put.ExecuteNonQuery();
            putChunk.Parameters[0].Value = 1000L + i;
            putChunk.ExecuteNonQuery();
        }

        begin.Commit();
        if (entries > 0) index.Execute($"UPDATE settings SET objects = {entries}, bytes = {(long)entries * BodyLength}");
        index.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static string Target(int entries, int probe) => Path1((long)probe * Math.Max(1, entries / Probes) * 7919) + "&probe=" + probe;

    private static string Path1(long i) => string.Create(CultureInfo.InvariantCulture, $"/media/videos/2026/{i % 997:D4}/segment_{i:D10}_1080p.ts?v={i % 9}");

    private static ObjectMetadata Metadata(int i)
    {
        var tag = $"\"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}\"";
        var modified = "Tue, 03 Nov 2026 10:20:30 GMT";
        return new ObjectMetadata
        {
            Status = 200,
            Headers = new HeaderList { { "Content-Type", "video/mp2t" }, { "ETag", tag }, { "Last-Modified", modified }, { "Cache-Control", "public, max-age=86400" }, { "Accept-Ranges", "bytes" } },
            Version = new ObjectVersion(tag, modified, BodyLength),
            Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = TimeSpan.FromDays(1) },
            Tags = i % 3 == 0 ? ["video", $"title-{i % 997}"] : [],
            Source = Path1(i),
        };
    }
}
