using Amazon.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Storage;
using Sluice.S3.Downloads;
using Sluice.S3.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Objects;

/// <summary>How sources come out of a bucket; with a real server: Sluice.Integration.Tests.</summary>
public sealed class S3StoreTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FaultyOrigin server = FaultyOrigin.Start();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public async Task Fetch_LargerThanTheDownloadCache_GoesPastIt(int length, bool cached)
    {
        server.On("/media/in/clip.mp4", OriginReply.Object(1, length));
        var cache = folder.FileOf("cache");
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Prefix = "in", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = cache, MaximumBytes = 1000 },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        var path = await store.FetchAsync("clip.mp4", folder.Path, Stop);
        Assert.Equal(folder.FileOf("source"), path);
        Assert.Equal(new BytePattern(1).Bytes(0, length), await File.ReadAllBytesAsync(path!, Stop));
        Assert.Equal(cached, Directory.Exists(cache));
    }

    // Of a film of many gigabytes one connection breaks now and then.
    [Fact]
    public async Task Fetch_LargerThanTheDownloadCache_GoesOnWhereTheConnectionBroke()
    {
        var clip = OriginReply.Object(1, 3_000_000);
        server.On("/media/clip.mp4", clip);
        // Whether there is one, and how long it is; then its bytes.
        server.Once("/media/clip.mp4", clip).Once("/media/clip.mp4", clip with { CutAfter = 1_000_000 });
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache"), MaximumBytes = 1000 },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        var path = await store.FetchAsync("clip.mp4", folder.Path, Stop);
        Assert.Equal(new BytePattern(1).Bytes(0, 3_000_000), await File.ReadAllBytesAsync(path!, Stop));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1 << 20)]
    public async Task Fetch_Missing_IsNull(int maximum)
    {
        // With the smaller cache it goes between the two questions.
        server.On("/media/clip.mp4", OriginReply.Error(404)).On("/media", OriginReply.Error(403)).On("/media/", OriginReply.Error(403));
        if (maximum == 1) server.Once("/media/clip.mp4", OriginReply.Object(1, 1000));
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache"), MaximumBytes = maximum },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Null(await store.FetchAsync("clip.mp4", folder.Path, Stop));
    }

    [Fact]
    public async Task Ask_RefusedByTheServer_SaysWhatAndWhere()
    {
        server.On("/media/clip.mp4", OriginReply.Error(403)).On("/media/", OriginReply.Error(403)).On("/media", OriginReply.Error(403));
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        foreach (var ask in (Func<Task>[])[async () => await store.GetLengthAsync("clip.mp4", Stop), async () => await store.DeleteAsync("clip.mp4", Stop), async () => await store.ListAsync("clip", Stop).FirstAsync(Stop)])
            Assert.Contains("in s3://media", (await Assert.ThrowsAsync<IOException>(ask)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_RefusedWithACodeAlone_SaysIt()
    {
        server.On("/media/clip.mp4", OriginReply.Error(403) with { ContentType = "application/xml", Body = OriginBody.Of("<Error><Code>QuotaExceeded</Code><Message></Message></Error>") });
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.EndsWith("the server answered 403 QuotaExceeded", (await Assert.ThrowsAsync<IOException>(async () => await store.DeleteAsync("clip.mp4", Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_BucketThatIsNotThere_IsNoMissingObject()
    {
        server.On("/media/clip.mp4", OriginReply.Error(404)).On("/media", OriginReply.Error(404)).On("/media/", OriginReply.Error(404));
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        var failure = await Assert.ThrowsAsync<StoreAwayException>(async () => await store.GetLengthAsync("clip.mp4", Stop));
        Assert.Contains("no bucket media", failure.Message, StringComparison.Ordinal);
    }

    // Keys that were changed, or have ended, say nothing of a video; HEAD does not tell of them.
    [Theory]
    [InlineData("InvalidAccessKeyId", "does not know this access key")]
    [InlineData("SignatureDoesNotMatch", "secret key")]
    [InlineData("ExpiredToken", "have expired")]
    public async Task Ask_KeysAreRefused_IsToldFromARefusalOfOneObject(string code, string hint)
    {
        server.On("/media/clip.mp4", OriginReply.Error(403) with { ContentType = "application/xml", Body = OriginBody.Of($"<Error><Code>{code}</Code><Message/></Error>") });
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Contains(hint, (await Assert.ThrowsAsync<StoreAwayException>(async () => await store.GetLengthAsync("clip.mp4", Stop))).Message, StringComparison.Ordinal);
    }

    // The SDK cancels by itself, as where the service of a role does not answer: that was no answer of the store to anybody.
    [Fact]
    public async Task Ask_CredentialsDoNotCome_IsAway()
    {
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Credentials = new Missing(new TaskCanceledException()) },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        foreach (var ask in (Func<Task>[])[async () => await store.GetLengthAsync("clip.mp4", Stop), async () => await store.FetchAsync("clip.mp4", folder.Path, Stop), async () => await store.DeleteAsync("clip.mp4", Stop)])
            Assert.Contains("no answer in time", (await Assert.ThrowsAsync<StoreAwayException>(ask)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.GetLengthAsync("clip.mp4", new CancellationToken(true)));
    }

    // A worker that was started without keys failed all videos, those too that others could have transcoded.
    [Fact]
    public async Task Ask_WithoutCredentials_IsAway()
    {
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = new(server.Address), Region = "eu-north-1", Credentials = new Missing(new AmazonClientException("Failed to resolve AWS credentials.")) },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Contains("Failed to resolve", (await Assert.ThrowsAsync<StoreAwayException>(async () => await store.GetLengthAsync("clip.mp4", Stop))).Message, StringComparison.Ordinal);
    }

    private sealed class Missing(Exception failure) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw failure;

        public override Task<ImmutableCredentials> GetCredentialsAsync() => throw failure;
    }

    // A worker waits for that; a refusal it takes for what is wrong with the video.
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Ask_ServerThatIsAway_IsToldFromARefusal(bool answers, bool closes)
    {
        // A proxy takes the connection whether its server is there or not, and closes it.
        server.On("/media/clip.mp4", OriginReply.Error(503) with { ClosesInsteadOfAnswering = closes });
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = answers ? new(server.Address) : new("http://127.0.0.1:1"), Region = "eu-north-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.FileOf("cache") },
        }, TimeProvider.System, NullLoggerFactory.Instance);
        await Assert.ThrowsAsync<StoreAwayException>(async () => await store.GetLengthAsync("clip.mp4", Stop));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }
}
