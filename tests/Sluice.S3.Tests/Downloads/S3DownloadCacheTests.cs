using Amazon.Runtime;
using Sluice.S3.Downloads;
using Sluice.S3.Objects;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Faults that a good server does not make; the rest is tested against one (Sluice.Integration.Tests/Downloads).</summary>
public sealed class S3DownloadCacheTests : IAsyncDisposable
{
    private const string Url = "s3://media/clip.mp4";
    private readonly DownloadBed bed = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetch_ColdThenHeld_BringsItOnceAndAsksByOneRequestWithoutABody()
    {
        var bytes = bed.Put("clip.mp4", 1, 300_000);
        var cache = bed.Open();
        var first = await cache.FetchAsync(Url, cancellation: Stop);
        Assert.Equal((S3DownloadOutcome.Miss, 300_000, 300_000), (first.Outcome, first.Size, first.FetchedBytes));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(first.Path, Stop));
        Assert.Equal(Path.Combine(bed.Root, DownloadKey.RelativePath(DownloadKey.Of(Url, null))), first.Path);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(bed.Root));
        var before = bed.Server.Calls.Count;
        var second = await cache.FetchAsync(Url, cancellation: Stop);
        Assert.Equal((S3DownloadOutcome.Revalidated, first.Path, 0), (second.Outcome, second.Path, second.FetchedBytes));
        Assert.Equal(("HEAD", 304), bed.Server.Calls.Skip(before).Select(call => (call.Method, call.Status)).Single());
        Assert.Equal(S3DownloadOutcome.Hit, (await cache.FetchAsync(Url, new S3DownloadOptions { ValidateETag = false }, Stop)).Outcome);
        Assert.Equal(before + 1, bed.Server.Calls.Count);
        Assert.Empty(bed.Log.Warnings);
    }

    // A profile that a call names is somebody else, and so is whom the chain of another process finds.
    [Fact]
    public async Task Fetch_ByCredentialsOfTheApps_IsDoneByThemUnlessACallNamesAProfile()
    {
        bed.Put("clip.mp4", 1, 1000);
        var own = new BasicAWSCredentials("id", "sesame");
        var asked = new List<S3OriginOptions>();
        await using var cache = new S3DownloadCache(new() { Directory = bed.Root, Endpoint = new(bed.Server.Address), Credentials = own }, bed.Clock, bed.Log)
        {
            Connect = (bucket, time, log) =>
            {
                asked.Add(bucket);
                return new(bucket, new FixedCredentials(S3OriginTestBase.Owner), time, log);
            },
        };
        var mine = await cache.GetAsync(Url, cancellation: Stop);
        var theirs = await cache.GetAsync(Url, "work", Stop);
        Assert.Equal([(own, null), (null, "work")], asked.Select(bucket => (bucket.Credentials, bucket.Profile)));
        Assert.Distinct([mine, theirs, await bed.Open().GetAsync(Url, cancellation: Stop)]);
        Assert.True(cache.Remove(Url));
        Assert.False(File.Exists(mine));
    }

    // A program with windows may wait for a file, and closes its cache as it ends.
    [Fact]
    public void Window_ThatWaits_HasItsFileAndCloses()
    {
        var bytes = bed.Put("clip.mp4", 1, 300_000);
        bed.Server.On("/media/slow.mp4", new() { NeverAnswers = true });
        var cache = bed.Open();
        Assert.True(WindowThread.Run(() =>
        {
            Assert.Equal(bytes, File.ReadAllBytes(cache.GetAsync(Url).GetAwaiter().GetResult()));
            var cut = cache.GetAsync("s3://media/slow.mp4");
            // One that had not begun would be told that the cache is closed.
            Assert.True(SpinWait.SpinUntil(() => bed.Server.Calls.Any(call => call.Target == "/media/slow.mp4"), TimeSpan.FromSeconds(60)));
            cache.Dispose();
            Assert.ThrowsAny<OperationCanceledException>(() => cut.GetAwaiter().GetResult());
        }));
    }

    // One whose window is gone throws, and the others want their file.
    [Fact]
    public async Task Fetch_ProgressOfOneOfTwoThrows_EndsThatCallOnly()
    {
        var bytes = bed.Put("clip.mp4", 1, 1_000_000);
        var both = new TaskCompletionSource();
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(1, 1_000_000) with { HeadHeld = both.Task });
        var cache = bed.Open();
        var told = new List<S3DownloadProgress>();
        var bad = cache.GetAsync(Url, new S3DownloadOptions { Progress = new Telling(_ => throw new InvalidOperationException("of the caller's")) }, Stop);
        var good = cache.GetAsync(Url, new S3DownloadOptions { Progress = new Telling(told.Add) }, Stop);
        both.SetResult();
        Assert.Equal("of the caller's", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(await good, Stop));
        Assert.Equal(new S3DownloadProgress(bytes.Length, bytes.Length), told[^1]);
    }

    [Fact]
    public async Task Fetch_ConnectionCut_GoesOnWhereItBroke()
    {
        var bytes = bed.Put("clip.mp4", 2, 150_000);
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(2, 150_000) with { CutAfter = 20_000 });
        var result = await bed.Open().FetchAsync(Url, cancellation: Stop);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Contains(bed.Server.Calls, call => call.Header("Range") == "bytes=20000-65535" && call.Header("If-Match") == "\"v2-150000\"");
        Assert.Equal(150_000, bed.Server.BytesOf("/media/clip.mp4"));
    }

    [Fact]
    public async Task Fetch_ServerBusyInTheMiddle_GoesOn()
    {
        var bytes = bed.Put("clip.mp4", 1, 1_000_000);
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(1, 1_000_000)).Once("/media/clip.mp4", new() { Status = 503 });

        var result = await bed.Open().FetchAsync("s3://media/clip.mp4", cancellation: Stop);

        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Single(bed.Server.CallsOf("/media/clip.mp4"), call => call.Status == 503);
    }

    [Fact]
    public async Task Fetch_ConnectionCutAgainAndAgain_SaysNetworkAndLeavesNothing()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(2, 150_000) with { CutAfter = 0 });
        var fetch = bed.Open().FetchAsync(Url, cancellation: Stop);
        while (!fetch.IsCompleted)
        {
            bed.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        Assert.Equal(S3DownloadFailure.Network, (await Assert.ThrowsAsync<S3DownloadException>(() => fetch)).Failure);
        Assert.DoesNotContain(bed.Files(), file => !file.StartsWith("owners", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_ServerWithoutRangesCutsAgainAndAgain_IsNotAskedForEver()
    {
        // All that comes again each time was there already.
        bed.Server.On("/media/clip.mp4", OriginReply.Object(2, 50_000) with { LengthLie = 100_000, IgnoreRange = true });
        var fetch = bed.Open(time: new ShortPauses()).FetchAsync(Url, cancellation: Stop);
        while (!fetch.IsCompleted)
        {
            Assert.InRange(bed.Server.Calls.Count, 0, 20);
            await Task.Yield();
        }
        Assert.Equal(S3DownloadFailure.Network, (await Assert.ThrowsAsync<S3DownloadException>(() => fetch)).Failure);
    }

    [Fact]
    public async Task Fetch_ChangedInBetween_BeginsAnewAndMixesNothing()
    {
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(3, 400_000));
        var bytes = bed.Put("clip.mp4", 4, 400_000);
        var result = await bed.Open().FetchAsync(Url, cancellation: Stop);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Equal("\"v4-400000\"", result.ETag);
    }

    [Fact]
    public async Task Fetch_ServerWithoutRanges_TakesTheWhole()
    {
        var bytes = bed.Put("clip.mp4", 5, 200_000);
        bed.Server.On("/media/clip.mp4", OriginReply.Object(5, 200_000) with { IgnoreRange = true });
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(5, 200_000) with { IgnoreRange = true, CutAfter = 50_000 });
        var result = await bed.Open().FetchAsync(Url, cancellation: Stop);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
    }

    [Fact]
    public async Task Fetch_NotTheBytesOfItsMd5_IsTriedOnceMoreAndThenRefused()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(6, 1000) with { ETag = "\"00000000000000000000000000000000\"" });
        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => bed.Open().FetchAsync(Url, cancellation: Stop));
        Assert.Equal((S3DownloadFailure.Damaged, 2), (failure.Failure, bed.Server.Calls.Count));
        Assert.DoesNotContain(bed.Files(), file => !file.StartsWith("owners", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_ETagThatOnlyLooksLikeAnMd5_IsFetchedWhereThatIsSaid()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(6, 1000) with { ETag = "\"00000000000000000000000000000000\"" });
        var cache = bed.Open();
        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => cache.FetchAsync(Url, cancellation: Stop));
        Assert.Contains("--no-md5", failure.Message, StringComparison.Ordinal);
        Assert.Equal(S3DownloadOutcome.Miss, (await cache.FetchAsync(Url, new S3DownloadOptions { ETagIsMd5 = false }, Stop)).Outcome);
        Assert.Equal(S3DownloadOutcome.Revalidated, (await cache.FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_ChecksumThatIsNotOfTheBytes_IsRefusedWhateverTheETagIs()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(6, 1000) with { Headers = [new("x-amz-checksum-crc32c", "AAAAAA=="), new("x-amz-checksum-type", "FULL_OBJECT")] });
        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => bed.Open().FetchAsync(Url, new S3DownloadOptions { ETagIsMd5 = false }, Stop));
        Assert.Equal(S3DownloadFailure.Damaged, failure.Failure);
        Assert.DoesNotContain("--no-md5", failure.Message, StringComparison.Ordinal);
    }

    // The name leads nowhere; that it is asked for says how the bucket is addressed.
    [Fact]
    public async Task Fetch_VirtualHost_AsksTheHostOfTheBucket()
    {
        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => bed.Open().FetchAsync(Url, new S3DownloadOptions { Endpoint = new("http://oss.invalid"), ForcePathStyle = false }, Stop));
        Assert.Contains("media.oss.invalid", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_WithoutAnETag_IsWarnedOfByTheBucketsAddress()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(6, 1000) with { ETag = null, IgnoreRange = true });
        await bed.Open().FetchAsync(Url, cancellation: Stop);
        Assert.StartsWith("s3://media answered 200 without an ETag", Assert.Single(bed.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Md5WithAKeyOfTheServer_SaysNothing()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(6, 1000) with { ETag = "\"00000000000000000000000000000000\"", Headers = [new("x-amz-server-side-encryption", "aws:kms")] });
        Assert.Equal(S3DownloadOutcome.Miss, (await bed.Open().FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_NoETag_GoesByDateAndLength(bool same)
    {
        var reply = OriginReply.Object(7, 1000) with { ETag = null };
        bed.Server.On("/media/clip.mp4", reply);
        var cache = bed.Open();
        await cache.FetchAsync(Url, cancellation: Stop);
        if (!same) bed.Server.On("/media/clip.mp4", reply with { Body = OriginBody.Pattern(8, 1001) });
        Assert.Equal(same ? S3DownloadOutcome.Revalidated : S3DownloadOutcome.Miss, (await cache.FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_NeitherETagNorDate_IsNeverTakenForEqual()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(7, 1000) with { ETag = null, LastModified = null });
        var cache = bed.Open();
        for (var i = 0; i < 2; i++) Assert.Equal(S3DownloadOutcome.Miss, (await cache.FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_304WithoutETag_IsCurrent()
    {
        bed.Put("clip.mp4", 9, 1000);
        var cache = bed.Open();
        await cache.FetchAsync(Url, cancellation: Stop);
        bed.Server.Once("/media/clip.mp4", new OriginReply { Status = 304 });
        Assert.Equal(S3DownloadOutcome.Revalidated, (await cache.FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_ManyAtOnce_ShareOneDownloadAndOneLeaving()
    {
        var held = new TaskCompletionSource();
        bed.Server.On("/media/clip.mp4", OriginReply.Object(10, 60_000) with { HoldAfter = 1000, Held = held.Task });
        var cache = bed.Open();
        using var leave = new CancellationTokenSource();
        var gone = cache.FetchAsync(Url, cancellation: leave.Token);
        var others = Enumerable.Range(0, 50).Select(_ => cache.FetchAsync(Url, cancellation: Stop)).ToArray();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        held.SetResult();
        var results = await Task.WhenAll(others);
        Assert.Single(bed.Server.Calls);
        Assert.All(results, result => Assert.Equal(results[0].Path, result.Path));
    }

    [Fact]
    public async Task CopyTo_ManyAtOncePastTheCache_AllGetTheirs()
    {
        var held = new TaskCompletionSource();
        var bytes = bed.Put("clip.mp4", 10, 60_000);
        bed.Server.On("/media/clip.mp4", OriginReply.Object(10, 60_000) with { HoldAfter = 1000, Held = held.Task });
        var cache = bed.Open(o => o with { Enabled = false });
        var targets = Enumerable.Range(0, 10).Select(i => Path.Combine(bed.Root, "copies", $"{i}")).ToArray();
        var copies = targets.Select(target => cache.CopyToAsync(Url, target, cancellation: Stop)).ToArray();
        held.SetResult();
        await Task.WhenAll(copies);
        foreach (var target in targets) Assert.Equal(bytes, await File.ReadAllBytesAsync(target, Stop));
        Assert.Single(bed.Server.Calls);
    }

    [Fact]
    public async Task Fetch_EverybodyLeaves_StopsAndTidiesUp()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(10, 60_000) with { HoldAfter = 1000, Held = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Stop) });
        var cache = bed.Open();
        using var leave = new CancellationTokenSource();
        var fetch = cache.FetchAsync(Url, cancellation: leave.Token);
        while (!bed.Files().Any(file => file.EndsWith(".part", StringComparison.Ordinal))) await Task.Yield();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        await cache.DisposeAsync();
        Assert.Empty(bed.Files());
    }

    [Fact]
    public async Task Dispose_UnderWay_EndsTheCallsAndLeavesNothing()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(10, 60_000) with { HoldAfter = 1000, Held = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Stop) });
        var cache = bed.Open();
        var fetch = cache.FetchAsync(Url, cancellation: Stop);
        while (!bed.Files().Any(file => file.EndsWith(".part", StringComparison.Ordinal))) await Task.Yield();
        await cache.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Empty(bed.Files());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.FetchAsync(Url, cancellation: Stop));
    }

    [Fact]
    public async Task Fetch_Sequence_BringsTheNextOnesWithinTheBudget()
    {
        for (var i = 1; i <= 9; i++) bed.Put($"seg_00{i}.ts", (ulong)i, 10_000);
        var cache = bed.Open(o => o with { PrefetchCount = 4, PrefetchBytes = 20_000 });
        await cache.FetchAsync("s3://media/seg_001.ts", cancellation: Stop);
        await cache.FetchAsync("s3://media/seg_002.ts", cancellation: Stop);
        while (bed.Server.CallsOf("/media/seg_004.ts").Count == 0) await Task.Yield();
        Assert.Equal(S3DownloadOutcome.Revalidated, (await cache.FetchAsync("s3://media/seg_003.ts", cancellation: Stop)).Outcome);
        await cache.DisposeAsync();
        Assert.Empty(bed.Server.CallsOf("/media/seg_007.ts"));
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    /// <summary>The pauses between attempts are over at once, and the limits of an answer as long as ever.</summary>
    private sealed class ShortPauses : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime < TimeSpan.FromSeconds(10) && dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }

    private sealed class Telling(Action<S3DownloadProgress> tell) : IProgress<S3DownloadProgress>
    {
        public void Report(S3DownloadProgress value) => tell(value);
    }
}
