using Sluice.Core.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>Which spellings of a lifetime and an age make the second answer a hit: points of the public suite's newer tests, which its package does not have.</summary>
public sealed class LifetimeFieldTests
{
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new(OriginTraits.None);

    // RFC 9111 section 5.1: what is no number is ignored; of several members the first counts.
    [Theory]
    [InlineData("HIT", "Age: abc")]
    [InlineData("HIT", "Age: -7200")]
    [InlineData("HIT", "Age: 7200.0")]
    [InlineData("HIT", "Age: 0, 7200")]
    [InlineData("HIT", "Age: 0", "Age: 7200")]
    [InlineData("HIT", "Age: 0", "Age: 0")]
    [InlineData("HIT", "Age: 1800", "Age: 1800")]
    [InlineData("REVALIDATED", "Age: 7200, 0")]
    [InlineData("REVALIDATED", "Age: 7200", "Age: 0")]
    [InlineData("REVALIDATED", "Age: 2147483647")]
    [InlineData("REVALIDATED", "Age: 2147483648")]
    [InlineData("REVALIDATED", "Age: 99999999999999999999")]
    public async Task Get_AgeAnyhow_CountsWhereItIsOne(string second, params string[] ages) => Assert.Equal(second, await SecondAsync(["Cache-Control: max-age=3600", .. ages]));

    // RFC 9111 section 5.3: a date in any of the three forms; what is none has passed.
    [Theory]
    [InlineData("HIT", "Tue, 19 Jan 2038 14:14:08 GMT")]
    [InlineData("HIT", "Sun, 21 Nov 2286 04:46:39 GMT")]
    [InlineData("HIT", "Thursday, 18-Aug-50 02:01:18 GMT")]
    [InlineData("HIT", "Thu Aug  8 02:01:18 2050")]
    [InlineData("HIT", "THU, 18 AUG 2050 02:01:18 gmt")]
    [InlineData("REVALIDATED", "Thu, 18 Aug 2050 02:01:18 UTC")]
    [InlineData("REVALIDATED", "Thu, 18 Aug 2050 02:01:18 AEST")]
    [InlineData("REVALIDATED", "Thu, 18 Aug 50 02:01:18 GMT")]
    [InlineData("REVALIDATED", "Thu 18 Aug 2050 02:01:18 GMT")]
    [InlineData("REVALIDATED", "Thu, 18  Aug  2050 02:01:18 GMT")]
    [InlineData("REVALIDATED", "Thu, 18-Aug-2050 02:01:18 GMT")]
    [InlineData("REVALIDATED", "Thu, 18 Aug 2050 02.01.18 GMT")]
    [InlineData("REVALIDATED", "Thu, 18 Aug 2050 2:01:18 GMT")]
    [InlineData("REVALIDATED", "0")]
    public async Task Get_ExpiresAnyhow_IsADateOrHasPassed(string second, string expires) => Assert.Equal(second, await SecondAsync([$"Expires: {expires}"]));

    [Fact]
    public async Task Get_ExpiresTwice_HasPassed() => Assert.Equal("REVALIDATED", await SecondAsync(["Expires: Thu, 18 Aug 2050 02:01:18 GMT", "Expires: Thu, 18 Aug 2050 02:01:19 GMT"]));

    // RFC 9111 section 5.2.2.3: a cache that knows the status may store in spite of no-store.
    [Theory]
    [InlineData("HIT", "max-age=3600, no-store, must-understand")]
    [InlineData("HIT", "must-understand, max-age=3600")]
    [InlineData("MISS", "max-age=3600, no-store")]
    [InlineData("MISS", "max-age=3600, private, must-understand")]
    public async Task Get_MustUnderstandOfAKnownStatus_OverridesNoStore(string second, string control) => Assert.Equal(second, await SecondAsync([$"Cache-Control: {control}"]));

    private async Task<string> SecondAsync(string[] fields)
    {
        foreach (var field in fields) origin.Extra.Add(field[..field.IndexOf(':')], field[(field.IndexOf(':') + 2)..]);
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        var (answer, _) = await edge.GetAsync("/a");
        return answer.Headers.GetValues("X-Cache-Status").Single();
    }
}
