using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3.Tests.PresignedUrls;

public class PresignTermTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly PresignedUrlsOptions Fresh = new() { Stable = false };

    [Fact]
    public void For_Defaults_IsAnHourUsedFor3240SecondsAndRefreshedFrom2916()
    {
        var term = PresignTerm.For(Fresh, Fresh.Expires, 0, Noon.AddMilliseconds(400), null)!.Value;
        Assert.Equal(Noon, term.SignedAt);
        Assert.Equal(TimeSpan.FromSeconds(3600), term.Lifetime);
        Assert.Equal(TimeSpan.FromSeconds(3240), term.UseUntil - term.SignedAt);
        Assert.Equal(TimeSpan.FromSeconds(2916), term.RefreshFrom - term.SignedAt);
    }

    [Fact]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new PresignedUrlsOptions();
        Assert.Equal((3600, 0.1, 0.9, true), (options.Expires.TotalSeconds, options.RefreshThreshold, options.CacheBufferFactor, options.Stable));
    }

    [Fact]
    public void For_OtherFactors_AreSharesOfTheCacheLifetime()
    {
        var term = PresignTerm.For(Fresh with { CacheBufferFactor = 0.5, RefreshThreshold = 0.25 }, TimeSpan.FromSeconds(1000), 0, Noon, null)!.Value;
        Assert.Equal((500, 375), ((term.UseUntil - Noon).TotalSeconds, (term.RefreshFrom - Noon).TotalSeconds));
    }

    [Fact]
    public void For_CredentialThatEndsFirst_ShortensTheValidityAndSaysSo()
    {
        var term = PresignTerm.For(Fresh, TimeSpan.FromHours(1), 0, Noon, Noon.AddSeconds(100.7))!.Value;
        Assert.Equal((100, true), (term.Lifetime.TotalSeconds, term.Shortened));
        Assert.Equal(90, (term.UseUntil - Noon).TotalSeconds);
        Assert.Null(PresignTerm.For(Fresh, TimeSpan.FromHours(1), 0, Noon, Noon.AddSeconds(0.5)));
        Assert.Null(PresignTerm.For(new(), TimeSpan.FromHours(1), 77, Noon, Noon.AddSeconds(-5)));
    }

    [Fact]
    public void For_RefreshBefore_IsATimeBeforeTheEndOfItsUse() // U075, decision D01
    {
        var options = Fresh with { RefreshBefore = TimeSpan.FromSeconds(300) };
        Assert.Empty(options.Errors());
        Assert.Equal(2940, (PresignTerm.For(options, TimeSpan.FromHours(1), 0, Noon, null)!.Value.RefreshFrom - Noon).TotalSeconds);
        // At most half of its use, where that is short.
        Assert.Equal(90, (PresignTerm.For(options, TimeSpan.FromSeconds(200), 0, Noon, null)!.Value.RefreshFrom - Noon).TotalSeconds);
        Assert.Contains("RefreshBefore", Assert.Single((options with { RefreshBefore = TimeSpan.FromSeconds(3240) }).Errors()), StringComparison.Ordinal);
    }

    [Fact]
    public void For_MinimumRemaining_EndsTheUseEarlier()
    {
        var term = PresignTerm.For(new() { MinimumRemaining = TimeSpan.FromMinutes(30) }, TimeSpan.FromHours(1), 9, Noon, null)!.Value;
        Assert.Equal(TimeSpan.FromMinutes(30), term.ExpiresAt - term.UseUntil);
    }

    private sealed record Case(bool Stable, int Seconds, double Factor, double Threshold, int Hash, long At, int? Credential);

    private static readonly Gen<Case> Cases =
        from stable in Gen.Elements(true, false)
        from seconds in Gen.OneOf(Gen.Choose(1, 30), Gen.Choose(31, 604_800))
        from factor in Gen.Choose(1, 100)
        from threshold in Gen.Choose(0, 99)
        from hash in Gen.Choose(0, int.MaxValue)
        from at in Gen.Choose(0, 2_000_000_000)
        from part in Gen.Choose(0, 9_999_999)
        from credential in Gen.OneOf(Gen.Constant((int?)null), Gen.Choose(-100, 100_000).Select(s => (int?)s))
        select new Case(stable, seconds, factor / 100.0, threshold / 100.0, hash, (at * TimeSpan.TicksPerSecond) + part, credential);

    [Fact]
    public void For_AnyCase_IsValidNowAndNeverUsedBeyondItsEndOrTheCredentials()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(Cases.ToArbitrary(), given =>
        {
            var now = DateTimeOffset.UnixEpoch.AddTicks(given.At);
            DateTimeOffset? end = given.Credential is { } s ? now.AddSeconds(s) : null;
            var options = new PresignedUrlsOptions { Stable = given.Stable, CacheBufferFactor = given.Factor, RefreshThreshold = given.Threshold };
            if (PresignTerm.For(options, TimeSpan.FromSeconds(given.Seconds), (ulong)given.Hash, now, end) is not { } term)
            {
                Assert.True(end is not null && end <= now.AddSeconds(2));
                return;
            }
            Assert.Equal(0, term.SignedAt.UtcTicks % TimeSpan.TicksPerSecond);
            Assert.Equal(0, term.Lifetime.Ticks % TimeSpan.TicksPerSecond);
            Assert.InRange(term.Lifetime.TotalSeconds, 1, given.Seconds);
            Assert.True(term.SignedAt <= now, "signed in the future");
            Assert.True(term.ExpiresAt > now, "expired when made");
            Assert.True(term.UseUntil <= term.ExpiresAt, "used beyond its end");
            Assert.True(term.RefreshFrom <= term.UseUntil, "refreshed after its use");
            Assert.True(end is null || term.ExpiresAt <= end, "outlives the credential");
        }));

    [Fact]
    public void For_StableAtAnyMomentOfAPeriod_IsTheSameUntilTheNextBegins()
    {
        var options = new PresignedUrlsOptions();
        var first = PresignTerm.For(options, options.Expires, 12345, Noon, null)!.Value;
        Assert.Equal(first, PresignTerm.For(options, options.Expires, 12345, first.SignedAt, null));
        Assert.Equal(first, PresignTerm.For(options, options.Expires, 12345, first.UseUntil.AddTicks(-1), null));
        var next = PresignTerm.For(options, options.Expires, 12345, first.UseUntil, null)!.Value;
        Assert.Equal(first.UseUntil, next.SignedAt);
    }

    [Fact]
    public void For_StableAndManyKeys_BeginTheirPeriodsAllOverTheHour()
    {
        var options = new PresignedUrlsOptions();
        var byMinute = new int[54];
        for (var i = 0; i < 54_000; i++)
        {
            var term = PresignTerm.For(options, options.Expires, PresignKey.Hash($"videos/{i}.mp4"), Noon, null)!.Value;
            byMinute[(int)((Noon - term.SignedAt).TotalSeconds / 60)]++;
        }
        Assert.All(byMinute, count => Assert.InRange(count, 850, 1150));
    }
}
