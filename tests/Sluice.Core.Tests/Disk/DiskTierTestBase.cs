using Microsoft.Extensions.Logging;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Disk;

/// <summary>A directory of its own, a clock that stands still, and short ways to say write and read.</summary>
public abstract class DiskTierTestBase : IDisposable
{
    protected const int Chunk = 4096;

    protected string Root { get; } = Directory.CreateTempSubdirectory("sluice-disk-").FullName;

    protected ManualTimeProvider Time { get; } = new();

    protected LogLines Log { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected DiskTierOptions Options(long maximum = 1 << 30) => new() { Directory = Path.Combine(Root, "cache"), MaximumBytes = maximum, MinimumFreeBytes = 0, ChunkSize = Chunk };

    protected DiskTier Open(DiskTierOptions? options = null) => DiskTier.Open(options ?? Options(), Time, Log);

    /// <summary>Opens and reads the whole index.</summary>
    protected async Task<(DiskTier Tier, List<DiskObject> Objects)> OpenLoadedAsync(DiskTierOptions? options = null)
    {
        var tier = Open(options);
        var objects = new List<DiskObject>();
        await tier.LoadAsync(objects.Add, Cancellation);
        await tier.Sweep;
        return (tier, objects);
    }

    protected static ObjectMetadata Metadata(long? length, params string[] tags) => new()
    {
        Status = 200,
        Headers = new HeaderList([new("Content-Type", "video/mp4"), new("X-Two", "a"), new("X-Two", "b")]),
        Version = new ObjectVersion("\"v1\"", null, length),
        Freshness = new ObjectFreshness { ReceivedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Lifetime = TimeSpan.FromMinutes(5) },
        Tags = tags,
        Source = "/a.mp4",
    };

    protected static byte[] Body(string key, int length) => new BytePattern((ulong)key.GetHashCode(StringComparison.Ordinal)).Bytes(0, length);

    /// <summary>Stores a whole body.</summary>
    protected static async Task<DiskObject> StoreAsync(DiskTier tier, string key, int length)
    {
        var target = tier.Create(key, Metadata(length));
        var body = Body(key, length);
        if (length == 0) tier.ListEmpty(target);
        for (var at = 0; at < length; at += Chunk)
            Assert.True(await tier.WriteAsync(target, at / Chunk, body.AsMemory(at, Math.Min(Chunk, length - at)), Cancellation));
        return target;
    }

    /// <summary>The whole body, or null when a chunk is not held.</summary>
    protected static async Task<byte[]?> ReadAsync(DiskTier tier, DiskObject source)
    {
        var body = new byte[source.Metadata.Length!.Value];
        for (var at = 0; at < body.Length; at += Chunk)
            if (!await tier.ReadAsync(source, at / Chunk, 0, body.AsMemory(at, Math.Min(Chunk, body.Length - at)), Cancellation)) return null;
        return body;
    }

    protected string BodyFile(DiskObject target) => Path.Combine(Root, "cache", "objects", target.Name.RelativePath);

    protected string[] BodyFiles() => Directory.Exists(Path.Combine(Root, "cache", "objects")) ? Directory.GetFiles(Path.Combine(Root, "cache", "objects"), "*", SearchOption.AllDirectories) : [];

    /// <summary>What a killed process leaves: a copy of everything as it is now.</summary>
    protected string CopyCache(string? of = null)
    {
        var cache = of ?? Path.Combine(Root, "cache");
        var copy = Path.Combine(Root, "copy" + Guid.NewGuid().ToString("N"));
        foreach (var file in Directory.GetFiles(cache, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(cache, file));
            if (Path.GetFileName(file) == "lock") continue;
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using (var into = File.Create(to)) from.CopyTo(into);
            // Long before the next process, however fast this test is.
            File.SetLastWriteTimeUtc(to, DateTime.UnixEpoch.AddYears(50));
        }
        return copy;
    }

    /// <summary>Keeps log lines.</summary>
    protected sealed class LogLines : ILogger
    {
        private readonly List<string> lines = [];

        public string[] Warnings
        {
            get
            {
                lock (lines) return [.. lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Warning) return;
            lock (lines) lines.Add($"{eventId.Name}: {formatter(state, exception)}");
        }
    }
}
