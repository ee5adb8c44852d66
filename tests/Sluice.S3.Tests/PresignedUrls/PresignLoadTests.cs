using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>TST-04, MTR-04, MTR-06, PRF-02: an hour of steady load by the clock, and what a hit and a signature allocate.</summary>
public class PresignLoadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hour_TenThousandPathsSteadily_HitsAbove99PercentRefreshesBelow10AndNothingExpired(bool stable)
    {
        const int paths = 10_000;
        var clock = new ManualTimeProvider();
        await using var bed = new PresignBed(new() { Stable = stable }, time: clock);
        var names = Enumerable.Range(0, paths).Select(i => $"videos/{i}.mp4").ToArray();
        foreach (var name in names) await bed.UrlAsync(name);
        await bed.IdleAsync();
        var before = bed.Counts;
        var (asked, expired) = (0, 0);
        // Each path every 30 seconds; the clock moves 30 times in between.
        for (var step = 0; step < 3600; step++)
        {
            var now = clock.GetUtcNow();
            for (var i = step % 30; i < paths; i += 30)
            {
                var url = await bed.Urls.GetAsync(names[i], null, CancellationToken.None);
                if (url.ExpiresAt <= now || url.CreatedAt > now) expired++;
                asked++;
            }
            await bed.IdleAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        var (hits, misses, refreshes) = (bed.Counts.Hits - before.Hits, bed.Counts.Misses - before.Misses, bed.Counts.Refreshes - before.Refreshes);
        TestContext.Current.TestOutputHelper?.WriteLine($"stable {stable}: {asked} asked, {hits} hits, {misses} misses, {refreshes} refreshes, {expired} expired");
        Assert.Equal(paths * 120, asked);
        Assert.Equal(0, expired);
        Assert.True(hits > 0.99 * asked, $"{misses} misses of {asked}");
        Assert.True(refreshes < 0.1 * hits, $"{refreshes} refreshes for {hits} hits");
        // One for each path and window (decision D02), not one for each hit inside it.
        Assert.InRange(refreshes, 1, 2 * paths);
        Assert.Equal(0, bed.Counts.Expirations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hit_AllocatesNothing(bool inTheWindow)
    {
        await using var bed = new PresignBed();
        var options = new PresignOptions { Method = "PUT" };
        await bed.UrlAsync("videos/a.mp4");
        await bed.UrlAsync("videos/a.mp4", options);
        if (inTheWindow)
        {
            bed.Manual.Advance((await bed.Urls.GetAsync("videos/a.mp4")).ReuseUntil - bed.Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
            await bed.UrlAsync("videos/a.mp4");
            await bed.UrlAsync("videos/a.mp4", options);
            await bed.IdleAsync();
        }
        for (var i = 0; i < 1000; i++) Ask(bed, options);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Ask(bed, options);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Signature_AllocatesBelowTwoKilobytes()
    {
        var target = PresignTargets.Create(PresignBed.Bucket, new()).For(PresignOptions.Default)!;
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        foreach (var credentials in new[] { PresignBed.Key, new S3Credentials("ASIA", "secret", new string('t', 300)) })
        {
            var key = new PresignKey("videos/2026/some film with spaces.mp4", PresignOptions.Default);
            for (var i = 0; i < 100; i++) target.Url(key, credentials, at, TimeSpan.FromHours(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++) target.Url(key, credentials, at, TimeSpan.FromHours(1));
            var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
            // A session token travels in the URL, two bytes a character.
            Assert.InRange(each, 1, credentials.SessionToken is null ? 2047 : 2047 + (2 * 300));
        }
    }

    [Fact]
    public async Task Entries_AHundredThousand_TakeLessThan500BytesEach()
    {
        const int count = 100_000;
        await using var bed = new PresignBed(new() { ReadyUrls = 1000 });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++) await bed.Urls.GetAsync($"videos/2026/film-{i:D7}.mp4", null, CancellationToken.None);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:0} bytes an entry");
        Assert.Equal(count, bed.Counts.Entries);
        Assert.InRange(each, 1, 500);
    }

    private static void IsThere(ValueTask<PresignedUrl> asked) => Assert.True(asked.IsCompletedSuccessfully);

    private static void Ask(PresignBed bed, PresignOptions options)
    {
        IsThere(bed.Urls.GetAsync("videos/a.mp4"));
        IsThere(bed.Urls.GetAsync("/videos/a.mp4", options));
    }
}
