using Microsoft.Extensions.Logging;
using Sluice.Core.KeyValue;
using Sluice.S3.Downloads;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Download caches on one folder, a clock that the test moves, and a bucket "media" on a loopback server that answers as each test says.</summary>
internal sealed class DownloadBed : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<S3DownloadCache> caches = [];

    public FaultyOrigin Server { get; } = FaultyOrigin.Start();

    public ManualTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public Lines Log { get; } = new();

    public string Root => Path.Combine(folder.Path, "cache");

    /// <summary>A cache on the folder; more than one is as if from more than one process.</summary>
    public S3DownloadCache Open(Func<S3DownloadCacheOptions, S3DownloadCacheOptions>? change = null, IKeyValueStore? others = null, TimeProvider? time = null)
    {
        var options = new S3DownloadCacheOptions { Directory = Root, PartBytes = 64 << 10, Parallelism = 3, Endpoint = new(Server.Address), Region = "eu-north-1" };
        var cache = new S3DownloadCache(change?.Invoke(options) ?? options, time ?? Clock, Log)
        {
            Others = others,
            Connect = static (bucket, time, log) => new(bucket with { RetryPause = TimeSpan.Zero, Retries = 0 }, new FixedCredentials(S3OriginTestBase.Owner), time, log),
        };
        caches.Add(cache);
        return cache;
    }

    public DownloadStore Store(Func<S3DownloadCacheOptions, S3DownloadCacheOptions>? change = null, TimeProvider? time = null)
    {
        var options = new S3DownloadCacheOptions { Directory = Root, Lease = TimeSpan.Zero };
        return new(change?.Invoke(options) ?? options, time ?? Clock, Log);
    }

    /// <summary>An object of the bucket; its bytes.</summary>
    public byte[] Put(string key, ulong seed, int length)
    {
        Server.On("/media/" + key, OriginReply.Object(seed, length));
        return new BytePattern(seed).Bytes(0, length);
    }

    public IEnumerable<string> Files() => !Directory.Exists(Root) ? [] :
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file)).Where(file => !file.StartsWith("index.db", StringComparison.Ordinal)).Order();

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in caches) await cache.DisposeAsync();
        await Server.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>What was logged at warning or above.</summary>
    internal sealed class Lines : ILogger<S3DownloadCache>
    {
        private readonly List<string> warnings = [];

        public string[] Warnings
        {
            get
            {
                lock (warnings) return [.. warnings];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Warning) return;
            lock (warnings) warnings.Add(formatter(state, exception));
        }
    }
}
