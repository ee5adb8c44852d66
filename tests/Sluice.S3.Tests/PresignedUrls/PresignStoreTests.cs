using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>TST-02: the cache with the stores it uses, sound and failing.</summary>
public sealed class PresignStoreTests : IDisposable
{
    private const string Key = "presigned:remote:a.mp4:aws-s3-presigned-url:eu-central-1:s3";
    private static readonly PresignedUrlsOptions Fresh = new() { Stable = false };
    private readonly ManualTimeProvider clock = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Set_Entry_HasTheDocumentedFieldsLifetimeAndTags() // MET-07, TTL-06, KEY-05, U073
    {
        var store = InProcess();
        await using var bed = new PresignBed(Fresh, store, clock);
        var url = await bed.UrlAsync("a.mp4");
        await bed.IdleAsync();
        var (key, value, settings) = Assert.Single(store.Writes);
        Assert.Equal((Key, TimeSpan.FromSeconds(3240)), (key, settings.TimeToLive));
        Assert.Equal(3, settings.Tags!.Count);
        Assert.Equal("presigned", settings.Tags[0]);
        Assert.Matches("^credential:[0-9a-f]{16}$", settings.Tags[1]);
        Assert.Matches("^path:[0-9a-f]{32}$", settings.Tags[2]);
        // Golden: entries outlive releases.
        Assert.Equal($$"""{"version":1,"url":{{JsonValue.Create(url).ToJsonString()}},"originalUrl":"http://127.0.0.1:9000/media/a.mp4","createdAt":1767323045000,"expiresAt":1767326645000,"path":"a.mp4","storageType":"remote","authType":"aws-s3-presigned-url","region":"eu-central-1","service":"s3"}""",
            Encoding.UTF8.GetString(value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_OnTheSameFile_HandsOutTheSameUrlWithoutSigning(bool stable)
    {
        var options = new PresignedUrlsOptions { Stable = stable };
        string first;
        await using (var stores = Open())
        {
            await using (var before = new PresignBed(options, stores.Open("presigned"), clock)) first = await before.UrlAsync("a.mp4");
        }
        // So short that the stable period is the same.
        clock.Advance(TimeSpan.FromSeconds(1));
        await using var again = Open();
        await using var after = new PresignBed(options, again.Open("presigned"), clock);
        Assert.Equal(first, await after.UrlAsync("a.mp4"));
        Assert.Equal((0, 1, 0), (after.Counts.Signatures, after.Counts.Hits, after.Counts.Misses));
    }

    [Fact]
    public async Task Get_TwoProcessesOnOneFile_ShareOneSignature()
    {
        await using var oneFile = Open();
        await using var sameFile = Open();
        await using var one = new PresignBed(Fresh, oneFile.Open("presigned"), clock);
        await using var two = new PresignBed(Fresh, sameFile.Open("presigned"), clock);
        for (var i = 0; i < 50; i++)
        {
            var (asked, other) = i % 2 == 0 ? (one, two) : (two, one);
            var url = await asked.UrlAsync($"{i}");
            await asked.IdleAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(url, await other.UrlAsync($"{i}"));
        }
        Assert.Equal((25, 25), (one.Counts.Signatures, two.Counts.Signatures));
        Assert.Equal((0, 100.0), (one.Counts.StoreErrors, two.Counts.StoreSuccessRate));
    }

    [Fact]
    public async Task Get_StoreFails_SignsDirectlyCountsAndRecovers()
    {
        var store = InProcess();
        store.Failure = new IOException("The disk is on fire");
        var log = new RecordingLogger();
        await using var bed = new PresignBed(Fresh, store, clock, log: log);
        Assert.StartsWith("http", await bed.UrlAsync("a"), StringComparison.Ordinal);
        await bed.UrlAsync("b");
        await bed.IdleAsync();
        // The first failure is enough to leave the store alone for a moment.
        Assert.Equal((1, 2, 1), (store.Reads, bed.Counts.Fallbacks, bed.Counts.StoreErrors));
        Assert.Equal(100.0, bed.Counts.FallbackRate);
        Assert.Single(log.Lines, line => line.StartsWith("presigned_url_cache_error path=a category=store error=IOException", StringComparison.Ordinal));
        store.Failure = null;
        clock.Advance(TimeSpan.FromSeconds(5));
        await bed.UrlAsync("c");
        await bed.IdleAsync();
        Assert.Equal((2, 2), (store.Reads, bed.Counts.Fallbacks));
        Assert.Contains(store.Writes, write => write.Key.Contains(":c:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_StoreDoesNotAnswer_SignsWhenItsTimeIsUp()
    {
        var store = InProcess();
        store.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bed = new PresignBed(Fresh, store, clock);
        var asked = bed.UrlAsync("a");
        while (store.Reads == 0 || clock.ActiveTimers == 0) await Task.Yield();
        Assert.False(asked.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.StartsWith("http", await asked, StringComparison.Ordinal);
        // No further request waits for it.
        await bed.UrlAsync("b");
        Assert.Equal((1, 2, 1), (store.Reads, bed.Counts.Fallbacks, bed.Counts.StoreErrors));
        store.Gate.SetResult();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"url":"http://127.0.0.1:9000/media/a.mp4?x","originalUrl":"","createdAt":0,"expiresAt":9999999999999,"path":"","storageType":""}""")]
    [InlineData("""{"version":1,"url":"http://evil.example/media/a.mp4?X-Amz-Signature=0000000000000000000000000000000000000000000000000000000000000000","originalUrl":"","createdAt":1767323045000,"expiresAt":1767326645000,"path":"a.mp4","storageType":"remote"}""")]
    [InlineData("""{"version":1,"url":"http","originalUrl":"","createdAt":-99999999999999999,"expiresAt":1767326645000,"path":"a.mp4","storageType":"remote"}""")]
    public async Task Get_DamagedOrForeignEntry_IsAMiss(string stored)
    {
        var store = InProcess();
        await store.SetAsync(Key, Encoding.UTF8.GetBytes(stored), default, TestContext.Current.CancellationToken);
        await using var bed = new PresignBed(Fresh, store, clock);
        Assert.StartsWith("http://127.0.0.1:9000/media/a.mp4?", await bed.UrlAsync("a.mp4"), StringComparison.Ordinal);
        Assert.Equal(1, bed.Counts.Signatures);
    }

    [Fact]
    public async Task Get_ExpiredEntryInTheStore_IsCountedAndNeverHandedOut() // TTL-07, MTR-15
    {
        var store = InProcess();
        await using var bed = new PresignBed(Fresh, store, clock);
        var first = await bed.UrlAsync("a.mp4");
        await bed.IdleAsync();
        // A store that keeps entries beyond their time.
        await store.SetAsync(Key, store.Writes[0].Value, default, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.NotEqual(first, await bed.UrlAsync("a.mp4"));
        Assert.Equal(1, bed.Counts.Expirations);
    }

    [Fact]
    public async Task Get_EntryOfOtherCredentials_IsAMiss()
    {
        var store = InProcess();
        await using var one = new PresignBed(Fresh, store, clock);
        await using var two = new PresignBed(Fresh, store, clock, new FixedCredentials(new Sluice.S3.Signing.S3Credentials("OTHER", "secret")));
        await one.UrlAsync("a.mp4");
        await one.IdleAsync();
        Assert.Contains("X-Amz-Credential=OTHER%2F", await two.UrlAsync("a.mp4"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_EntrySignedByAnotherSecretOfTheKey_IsAMiss()
    {
        var store = InProcess();
        await using var wrong = new PresignBed(null, store, clock, new FixedCredentials(PresignBed.Key with { SecretKey = "mistyped" }));
        await using var right = new PresignBed(null, store, clock);
        await using var alone = new PresignBed(null, null, clock);
        await wrong.UrlAsync("a.mp4");
        await wrong.IdleAsync();
        Assert.Equal(await alone.UrlAsync("a.mp4"), await right.UrlAsync("a.mp4"));
    }

    [Fact]
    public async Task Purge_DeletesFromTheStoreToo() // TAG-10
    {
        var store = InProcess();
        await using var bed = new PresignBed(Fresh, store, clock);
        for (var i = 0; i < 10; i++) await bed.UrlAsync($"{i}");
        await bed.IdleAsync();
        Assert.Equal(10, await bed.Urls.PurgeAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, (await store.GetUsageAsync(TestContext.Current.CancellationToken)).Entries);
    }

    [Fact]
    public async Task Refresh_ReplacesTheStoredEntryForTheSameOriginal() // PRE-07, PRE-14
    {
        var store = InProcess();
        await using var bed = new PresignBed(Fresh, store, clock);
        await bed.UrlAsync("a.mp4");
        clock.Advance(TimeSpan.FromSeconds(3000));
        await bed.UrlAsync("a.mp4");
        await bed.IdleAsync();
        var stored = JsonNode.Parse((await store.GetAsync(Key, TestContext.Current.CancellationToken))!.Value.Span)!;
        Assert.Equal(await bed.UrlAsync("a.mp4"), (string)stored["url"]!);
        Assert.Equal("http://127.0.0.1:9000/media/a.mp4", (string)stored["originalUrl"]!);
    }

    private UnreliableStore InProcess() => new(new InProcessKeyValueStores(clock).Open("presigned"));

    private SqliteKeyValueStores Open() => new(folder.FileOf("kv.db"), clock, NullLogger.Instance);
}
