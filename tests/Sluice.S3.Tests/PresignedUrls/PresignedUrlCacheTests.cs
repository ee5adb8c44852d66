using Sluice.S3.PresignedUrls;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

public class PresignedUrlCacheTests
{
    private static readonly PresignedUrlsOptions Fresh = new() { Stable = false };

    // As they come out of an app's JSON, whatever the types say.
    [Fact]
    public async Task Nulls_OfAnApps_AreNoQueryAndAPathThatIsNone()
    {
        await using var bed = new PresignBed();
        Assert.Equal(await bed.UrlAsync("a"), await bed.UrlAsync("a", new() { Query = null! }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await bed.UrlAsync("a", new() { Query = new Dictionary<string, string> { ["versionId"] = null! } }));
        var warmed = await bed.Urls.WarmAsync(["a", null!], null, TestContext.Current.CancellationToken);
        Assert.Equal((1, 1), (warmed.Ready, warmed.Failed));
        Assert.Contains("path", Assert.Single(warmed.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_SamePathAgain_IsTheSameUrlFromOneSignature() // PRE-01, PRE-02
    {
        await using var bed = new PresignBed();
        var first = await bed.UrlAsync("videos/a.mp4");
        Assert.Equal(first, await bed.UrlAsync("videos/a.mp4"));
        Assert.Equal(first, await bed.UrlAsync("/videos/a.mp4"));
        Assert.NotEqual(first, await bed.UrlAsync("videos/b.mp4"));
        Assert.Equal((2, 2, 2), (bed.Counts.Signatures, bed.Counts.Misses, bed.Counts.Hits));
        Assert.StartsWith("http://127.0.0.1:9000/media/videos/a.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OtherOptions_AreOtherUrls()
    {
        await using var bed = new PresignBed();
        var plain = await bed.UrlAsync("a");
        var put = await bed.UrlAsync("a", new() { Method = "PUT" });
        var download = await bed.UrlAsync("a", new() { Query = new Dictionary<string, string> { ["response-content-disposition"] = "attachment; filename=\"x y.mp4\"" } });
        var brief = await bed.UrlAsync("a", new() { Expires = TimeSpan.FromMinutes(1) });
        Assert.Equal(4, new[] { plain, put, download, brief }.Distinct().Count());
        Assert.Contains("&response-content-disposition=attachment%3B%20filename%3D%22x%20y.mp4%22&", download, StringComparison.Ordinal);
        Assert.Equal(60, PresignBed.Lifetime(brief).TotalSeconds);
    }

    [Fact]
    public async Task Get_TwoProcessesThatShareNothing_HandOutTheSameUrlAtAnyTime()
    {
        var clock = new ManualTimeProvider();
        await using var one = new PresignBed(time: clock);
        await using var two = new PresignBed(time: clock);
        var (changes, last) = (0, "");
        for (var minute = 0; minute < 240; minute++)
        {
            // One is asked each minute, the other now and then: what each holds differs, what they say does not.
            var url = await one.UrlAsync("videos/a.mp4");
            if (minute % 7 == 0) Assert.Equal(url, await two.UrlAsync("videos/a.mp4"));
            if (url != last) changes++;
            last = url;
            await one.IdleAsync();
            clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.InRange(changes, 5, 6);
    }

    [Fact]
    public async Task Get_FreshMode_SignsForTheMomentAsked()
    {
        await using var bed = new PresignBed(Fresh);
        Assert.Equal(bed.Clock.GetUtcNow(), PresignBed.SignedAt(await bed.UrlAsync("a")));
    }

    [Fact]
    public async Task Get_InsideTheWindow_GivesTheCurrentUrlAtOnceAndRefreshesOnceBehindIt() // PRE-07, PRE-10, D02
    {
        await using var bed = new PresignBed(Fresh);
        var first = await bed.UrlAsync("a");
        bed.Manual.Advance(TimeSpan.FromSeconds(2915.9));
        Assert.Equal(first, await bed.UrlAsync("a"));
        await bed.IdleAsync();
        Assert.Equal(0, bed.Counts.Refreshes);
        bed.Manual.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(first, await bed.UrlAsync("a"));
        await bed.IdleAsync();
        var second = await bed.UrlAsync("a");
        Assert.NotEqual(first, second);
        Assert.Equal(bed.Clock.GetUtcNow(), PresignBed.SignedAt(second));
        for (var i = 0; i < 100; i++) await bed.UrlAsync("a");
        await bed.IdleAsync();
        Assert.Equal((1, 2, 1), (bed.Counts.Refreshes, bed.Counts.Signatures, bed.Counts.Misses));
    }

    [Fact]
    public async Task Get_StableInsideTheWindow_PreparesTheNextUrlForItsMoment()
    {
        await using var bed = new PresignBed();
        var first = await bed.Urls.GetAsync("a", null, TestContext.Current.CancellationToken);
        bed.Manual.Advance(first.ReuseUntil - bed.Clock.GetUtcNow() - TimeSpan.FromSeconds(10));
        Assert.Same(first, await bed.Urls.GetAsync("a", null, TestContext.Current.CancellationToken));
        await bed.IdleAsync();
        Assert.Equal((2, first.Url), (bed.Counts.Signatures, await bed.UrlAsync("a")));
        bed.Manual.Advance(TimeSpan.FromSeconds(10));
        var second = await bed.UrlAsync("a");
        Assert.Equal(first.ReuseUntil, PresignBed.SignedAt(second));
        Assert.Equal((2, 1, 1), (bed.Counts.Signatures, bed.Counts.Misses, bed.Counts.Refreshes));
    }

    [Fact]
    public async Task Get_AfterItsTime_SignsAnew() // TTL-07
    {
        await using var bed = new PresignBed(Fresh);
        var first = await bed.UrlAsync("a");
        bed.Manual.Advance(TimeSpan.FromSeconds(3240));
        Assert.NotEqual(first, await bed.UrlAsync("a"));
        Assert.Equal((2, 0), (bed.Counts.Misses, bed.Counts.Refreshes));
    }

    [Fact]
    public async Task Get_CredentialEndsMidway_NeverOutlivesItAndGoesOnWithTheNext()
    {
        var clock = new ManualTimeProvider();
        var chain = new TimedCredentials(clock, TimeSpan.FromMinutes(40));
        await using var bed = new PresignBed(time: clock, credentials: chain);
        for (var second = 0; second < 3 * 3600; second += 10)
        {
            var url = await bed.UrlAsync("a");
            var now = clock.GetUtcNow();
            var ends = PresignBed.SignedAt(url) + PresignBed.Lifetime(url);
            Assert.True(ends > now && PresignBed.SignedAt(url) <= now, $"not valid at {now}: {ends}");
            Assert.True(ends <= chain.EndOf(PresignBed.Parameter(url, "X-Amz-Security-Token")), "outlives its credential");
            await bed.IdleAsync();
            clock.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.InRange(chain.Issued, 4, 8);
    }

    [Fact]
    public async Task Get_ClockStepsAnHourEitherWay_IsAlwaysValidByThatClock()
    {
        foreach (var stable in new[] { true, false })
        {
            var clock = new SteppingTimeProvider();
            await using var bed = new PresignBed(new() { Stable = stable }, time: clock);
            for (var step = 0; step < 600; step++)
            {
                var url = await bed.UrlAsync("a");
                var now = clock.GetUtcNow();
                Assert.True(PresignBed.SignedAt(url) <= now, "not valid yet");
                Assert.True(PresignBed.SignedAt(url) + PresignBed.Lifetime(url) > now, "expired");
                await bed.IdleAsync();
                clock.Advance(TimeSpan.FromSeconds(50));
                if (step % 37 == 36) clock.SetBack(TimeSpan.FromHours(step % 2 == 0 ? 1 : -1));
            }
        }
    }

    [Fact]
    public async Task Get_ClockSetBackByHours_DoesNotReviveWhatHasEnded()
    {
        var clock = new SteppingTimeProvider();
        await using var bed = new PresignBed(Fresh, time: clock);
        var first = await bed.UrlAsync("a");
        clock.Advance(TimeSpan.FromHours(2));
        clock.SetBack(TimeSpan.FromHours(1.5));
        Assert.NotEqual(first, await bed.UrlAsync("a"));
    }

    [Fact]
    public async Task Get_ThousandAtOnceOnAColdPath_IsOneSignature() // PRE-11
    {
        await using var bed = new PresignBed();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, 1000).Select(_ => Task.Run(async () =>
        {
            await go.Task;
            return await bed.UrlAsync("cold");
        })).ToArray();
        go.SetResult();
        Assert.Single((await Task.WhenAll(all)).Distinct());
        Assert.Equal((1, 1, 999), (bed.Counts.Signatures, bed.Counts.Misses, bed.Counts.Hits));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public async Task Get_NoKey_IsRefusedWithAReason(string path)
    {
        await using var bed = new PresignBed();
        await Assert.ThrowsAsync<ArgumentException>(async () => await bed.UrlAsync(path));
        Assert.Equal(0, bed.Counts.Signatures);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(0.5)]
    [InlineData(604_801)]
    public async Task Get_ValidityOutOfRange_IsRefusedWithAReason(double seconds)
    {
        await using var bed = new PresignBed();
        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await bed.UrlAsync("a", new() { Expires = TimeSpan.FromSeconds(seconds) }));
        Assert.Contains("1 second to 7 days", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(604_800)]
    public async Task Get_ValidityAtTheLimits_IsTaken(int seconds)
    {
        await using var bed = new PresignBed();
        Assert.Equal(seconds, PresignBed.Lifetime(await bed.UrlAsync("a", new() { Expires = TimeSpan.FromSeconds(seconds) })).TotalSeconds);
    }

    [Fact]
    public async Task Get_NoCredentials_SaysWhatToDoAndRecoversWhenThereAreSome()
    {
        await using var bed = new PresignBed(credentials: new FixedCredentials());
        var refused = await Assert.ThrowsAsync<PresignedUrlException>(async () => await bed.UrlAsync("a"));
        Assert.Contains("AWS_ACCESS_KEY_ID", refused.Message, StringComparison.Ordinal);
        Assert.Equal((1, 100.0), (bed.Counts.Errors, bed.Counts.ErrorRate));
    }

    [Fact]
    public async Task Get_OutsideTheRollout_SignsEachTime() // PRE-15
    {
        await using var bed = new PresignBed(new() { Share = 0.25, Stable = false });
        var cached = 0;
        for (var i = 0; i < 4000; i++)
        {
            var before = bed.Counts.Direct;
            await bed.UrlAsync($"videos/{i}");
            await bed.UrlAsync($"videos/{i}");
            if (bed.Counts.Direct == before) cached++;
            else Assert.Equal(before + 2, bed.Counts.Direct);
        }
        Assert.InRange(cached, 900, 1100);
        Assert.Equal((cached, cached, cached + (2 * (4000 - cached))), (bed.Counts.Hits, bed.Counts.Misses, bed.Counts.Signatures));
    }

    [Fact]
    public async Task Get_AdaptiveAndOftenUsed_BecomesValidForLonger() // TTL-11
    {
        await using var bed = new PresignBed(new() { Stable = false, AdaptiveMaximum = TimeSpan.FromHours(3) });
        var hours = new List<double>();
        foreach (var asks in new[] { 200, 200, 200, 200, 3, 3, 3 })
        {
            hours.Add(PresignBed.Lifetime(await bed.UrlAsync("a")).TotalHours);
            for (var i = 0; i < asks; i++) await bed.UrlAsync("a");
            bed.Manual.Advance(TimeSpan.FromHours(3));
        }
        Assert.Equal([1, 2, 3, 3, 3, 2, 1], hours);
    }

    [Fact]
    public async Task Get_ByRegion_IsAnotherBucketUnderAnotherKey() // PRE-17
    {
        var replica = PresignBed.Bucket with { Bucket = "media-us", Endpoint = new("https://us.example:8443"), Region = null };
        await using var bed = new PresignBed(new() { Regions = new Dictionary<string, S3.Objects.S3OriginOptions> { ["us-west-2"] = replica } });
        var url = await bed.UrlAsync("a", new() { Region = "us-west-2" });
        Assert.StartsWith("https://us.example:8443/media-us/a?", url, StringComparison.Ordinal);
        Assert.Contains("%2Fus-west-2%2Fs3%2F", url, StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:9000/media/a?", await bed.UrlAsync("a"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await bed.UrlAsync("a", new() { Region = "mars" }));
        var own = Assert.Throws<ArgumentException>(() => new PresignBed(new() { Regions = new Dictionary<string, S3.Objects.S3OriginOptions> { ["eu-central-1"] = replica } }));
        Assert.Contains("would never be used", own.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MoreThanAreHeld_DropsTheUnusedAndStaysRight()
    {
        await using var bed = new PresignBed(Fresh with { MaximumEntries = 100, ReadyUrls = 10 });
        var first = await bed.UrlAsync("0");
        for (var i = 1; i < 1000; i++)
        {
            await bed.UrlAsync($"{i}");
            Assert.Equal(first, await bed.UrlAsync("0"));
        }
        Assert.Equal((100, 1000), (bed.Counts.Entries, bed.Counts.Signatures));
        for (var i = 900; i < 1000; i++) Assert.Contains($"/media/{i}?", await bed.UrlAsync($"{i}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_TextNoLongerReady_IsPutTogetherTheSame()
    {
        await using var bed = new PresignBed(Fresh with { ReadyUrls = 1 });
        var urls = new string[50];
        for (var i = 0; i < 50; i++) urls[i] = await bed.UrlAsync($"é {i}");
        for (var i = 0; i < 50; i++) Assert.Equal(urls[i], await bed.UrlAsync($"é {i}"));
        Assert.Equal(50, bed.Counts.Signatures);
    }

    [Fact]
    public async Task Purge_ForgetsEverything() // TAG-10
    {
        await using var bed = new PresignBed(Fresh);
        var first = await bed.UrlAsync("a");
        await bed.UrlAsync("b");
        bed.Manual.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await bed.Urls.PurgeAsync(TestContext.Current.CancellationToken));
        Assert.NotEqual(first, await bed.UrlAsync("a"));
    }

    [Fact]
    public async Task Url_AsText_HidesTheSignature()
    {
        await using var bed = new PresignBed();
        var url = await bed.Urls.GetAsync("a", null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("X-Amz", url.ToString(), StringComparison.Ordinal);
    }
}
