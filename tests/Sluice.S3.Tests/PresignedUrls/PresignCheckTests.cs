using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>verifyBeforeUse (row U076) on a clock that the test moves; what a real server says is in the integration tests.</summary>
public sealed class PresignCheckTests : IAsyncDisposable
{
    private readonly FaultyOrigin server = FaultyOrigin.Start();
    private readonly ManualTimeProvider clock = new();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task Get_RefusedAMomentAgo_IsRefusedWithoutAskingOrSigning(int status)
    {
        server.On("/media/a", OriginReply.Error(status));
        await using var bed = Bed();
        for (var i = 0; i < 5; i++) Assert.Equal(status, (await RefusedAsync(bed)).Status);
        Assert.Equal((1, 1), (server.Calls.Count, bed.Counts.Signatures));

        clock.Advance(PresignCheck.Memory);
        await RefusedAsync(bed);
        Assert.Equal(2, server.Calls.Count);
        server.On("/media/a", OriginReply.Text("here now"));
        clock.Advance(PresignCheck.Memory);
        await bed.UrlAsync("a");
        Assert.Equal(1, bed.Counts.Entries);
    }

    [Fact]
    public async Task Get_RefusedToOtherCredentialsOrBeforeAPurge_IsTriedAnew()
    {
        server.On("/media/a", OriginReply.Error(403));
        var chain = new FixedCredentials(PresignBed.Key with { Expires = clock.GetUtcNow().AddHours(2) }, new S3Credentials("ASIA", "renewed", "token", clock.GetUtcNow().AddHours(2)));
        await using var bed = Bed(chain);
        await RefusedAsync(bed);
        chain.Reject(PresignBed.Key);
        await RefusedAsync(bed);
        Assert.Equal(2, server.Calls.Count);
        await bed.Urls.PurgeAsync(TestContext.Current.CancellationToken);
        await RefusedAsync(bed);
        Assert.Equal(3, server.Calls.Count);
    }

    [Fact]
    public async Task Get_OtherOptionsOfARefusedPath_AreTriedByThemselves()
    {
        server.On("/media/a", OriginReply.Error(404));
        await using var bed = Bed();
        await RefusedAsync(bed);
        await bed.UrlAsync("a", new() { Method = "PUT" });
        await Assert.ThrowsAsync<PresignedUrlException>(() => bed.UrlAsync("a", new() { Expires = TimeSpan.FromMinutes(1) }));
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Get_OutsideTheRollout_RemembersToo()
    {
        server.On("/media/a", OriginReply.Error(404));
        await using var bed = Bed(options: new() { VerifyBeforeUse = true, Share = 0 });
        await RefusedAsync(bed);
        await RefusedAsync(bed);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Pass_MoreRefusalsThanAreRemembered_ForgetsRatherThanGrow()
    {
        using var check = new PresignCheck(new("x"), clock, mostRemembered: 3);
        var keys = Enumerable.Range(0, 4).Select(i => new PresignKey($"{i}", PresignOptions.Default)).ToArray();
        foreach (var key in keys) await Assert.ThrowsAsync<PresignedUrlException>(() => check.PassAsync(key, $"{server.Address}/{key.Path}", PresignBed.Key));
        check.Recall(keys[0], PresignBed.Key);
        Assert.Throws<PresignedUrlException>(() => check.Recall(keys[3], PresignBed.Key));
    }

    [Fact]
    public async Task Get_StableWhileVerifying_IsNotSignedAhead() // what is signed for a moment to come cannot be tried
    {
        server.On("/media/a", OriginReply.Text("here"));
        await using var bed = Bed();
        var first = await bed.Urls.GetAsync("a", null, TestContext.Current.CancellationToken);
        clock.Advance(first.ReuseUntil - clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++) Assert.Equal(first.Url, await bed.UrlAsync("a"));
        await bed.IdleAsync();
        Assert.Equal((1, 0, 1), (bed.Counts.Signatures, bed.Counts.Refreshes, server.Calls.Count));

        clock.Advance(TimeSpan.FromSeconds(1));
        var second = await bed.UrlAsync("a");
        Assert.Equal(clock.GetUtcNow(), PresignBed.SignedAt(second));
        Assert.Equal((2, 0, 2), (bed.Counts.Signatures, bed.Counts.Refreshes, server.Calls.Count));
        Assert.EndsWith(server.Calls[1].Target, second, StringComparison.Ordinal);
        Assert.Equal("bytes=0-0", server.Calls[1].Header("Range"));
    }

    [Fact]
    public async Task Get_FreshWhileVerifying_IsRefreshedAheadAndTriedFirst()
    {
        server.On("/media/a", OriginReply.Text("here"));
        await using var bed = Bed(options: new() { VerifyBeforeUse = true, Stable = false });
        var first = await bed.UrlAsync("a");
        clock.Advance(TimeSpan.FromSeconds(3000));
        server.On("/media/a", OriginReply.Error(403));
        Assert.Equal(first, await bed.UrlAsync("a"));
        await bed.IdleAsync();
        // The server does not take the new one: the old one goes on, and it is tried again.
        Assert.Equal(first, await bed.UrlAsync("a"));
        server.On("/media/a", OriginReply.Text("here"));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(first, await bed.UrlAsync("a"));
        await bed.IdleAsync();
        Assert.NotEqual(first, await bed.UrlAsync("a"));
        Assert.Equal((2, 3), (bed.Counts.Refreshes, server.Calls.Count));
    }

    private PresignBed Bed(FixedCredentials? chain = null, PresignedUrlsOptions? options = null) =>
        new(options ?? new() { VerifyBeforeUse = true }, time: clock, credentials: chain, bucket: PresignBed.Bucket with { Endpoint = new Uri(server.Address) });

    private static Task<PresignedUrlException> RefusedAsync(PresignBed bed) => Assert.ThrowsAsync<PresignedUrlException>(() => bed.UrlAsync("a"));
}
