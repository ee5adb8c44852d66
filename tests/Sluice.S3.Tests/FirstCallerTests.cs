using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Core.Telemetry;
using Sluice.S3.Downloads;
using Sluice.S3.Tests.PresignedUrls;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests;

/// <summary>An app makes most of these within the first request that needs them: what the context of that one holds, and its trace, is not theirs.</summary>
public sealed class FirstCallerTests : TimeProvider, IMetricSink
{
    private static readonly AsyncLocal<string?> Request = new();
    private readonly List<bool> suppressed = [];
    private readonly TaskCompletionSource<string?> written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "test";

    [Fact]
    public async Task Timers_OfWhatIsMadeInARequest_AreNotInItsContext()
    {
        using var folder = new TemporaryFolder();
        await using var downloads = new S3DownloadCache(new() { Directory = folder.FileOf("cache") }, this);
        await using var stores = new SqliteKeyValueStores(folder.FileOf("kv.db"), this, NullLogger.Instance);
        await using var records = new MetricRecords(this, this, NullLogger.Instance);
        Assert.Equal([true, true, true], suppressed);
    }

    [Fact]
    public async Task Writer_OfPresignedUrlsMadeInARequest_IsNotInItsContext()
    {
        Request.Value = "the first";
        await using (var bed = new PresignBed(store: new Store(this))) await bed.UrlAsync("a");
        Assert.Null(await written.Task);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        suppressed.Add(ExecutionContext.IsFlowSuppressed());
        return System.CreateTimer(callback, state, dueTime, period);
    }

    public ValueTask SendAsync(IReadOnlyList<MetricRecord> batch, CancellationToken cancellation) => default;

    private sealed class Store(FirstCallerTests test) : IKeyValueStore
    {
        public string Namespace => "presigned";

        public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default) => default;

        public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default)
        {
            test.written.SetResult(Request.Value);
            return default;
        }

        public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default) => default;

        public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => default;

        public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => AsyncEnumerable.Empty<string>();

        public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => default;
    }
}
