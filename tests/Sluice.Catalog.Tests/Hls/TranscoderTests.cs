using Sluice.Catalog.Jobs;
using Sluice.Core.Storage;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Hls;

/// <summary>What is made of a video goes to the store, however busy that is.</summary>
public sealed class TranscoderTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider time = new();
    private readonly TemporaryFolder folder = new();

    public TranscoderTests()
    {
        foreach (var name in (string[])["a.ts", "b.ts", "c.ts"]) folder.Write(name, name);
    }

    public void Dispose() => folder.Dispose();

    // One of thousands of segments that a busy bucket did not take threw the work of hours away.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Store_TheServerIsAwayForAMoment_StoresAll(int failures)
    {
        var store = new BusyStore { Failures = failures, Failure = new StoreAwayException("503 SlowDown") };

        Assert.Null(await StoreAsync(store));

        Assert.Equal(["p/a.ts", "p/b.ts", "p/c.ts"], store.Keys.Order());
    }

    [Fact]
    public async Task Store_TheServerStaysAway_LeavesNothing()
    {
        var store = new BusyStore { Failures = int.MaxValue, Failure = new StoreAwayException("503 SlowDown") };

        Assert.IsType<StoreAwayException>(await StoreAsync(store));

        Assert.Empty(store.Keys);
    }

    [Fact]
    public async Task Store_IsRefused_IsNotTriedAgain()
    {
        var store = new BusyStore { Failures = 1, Failure = new IOException("forbidden") };

        Assert.Equal("forbidden", (await StoreAsync(store))?.Message);

        Assert.Equal(2, store.Puts);
        Assert.Empty(store.Keys);
    }

    private async Task<Exception?> StoreAsync(BusyStore store)
    {
        var transcoder = new Transcoder(store, new FfmpegTools(TimeSpan.FromHours(1), time), long.MaxValue, _ => long.MaxValue, time);
        var storing = Record.ExceptionAsync(() => transcoder.StoreAsync(folder.Path, "p/", new JobProgress(), TestContext.Current.CancellationToken));
        Assert.True(await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(storing.IsCompleted);
        }, Limit));
        return await storing;
    }

    /// <summary>Takes the first file, and then fails for a while.</summary>
    private sealed class BusyStore : IObjectStore
    {
        public HashSet<string> Keys { get; } = [];

        public int Failures { get; set; }

        public required Exception Failure { get; init; }

        public int Puts { get; private set; }

        public string Name => "busy";

        public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default)
        {
            if (++Puts > 1 && Failures-- > 0) throw Failure;
            Keys.Add(key);
            return default;
        }

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask DeleteAsync(string key, CancellationToken cancellation = default)
        {
            Keys.Remove(key);
            return default;
        }

        public ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
