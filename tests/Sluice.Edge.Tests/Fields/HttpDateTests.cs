using FsCheck;
using FsCheck.Fluent;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Tests.Fields;

public class HttpDateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z")]
    [InlineData("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z")]
    [InlineData("Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z")]
    [InlineData("Thursday, 18-Aug-50 02:01:18 GMT", "2050-08-18T02:01:18Z")]
    [InlineData("Thu Aug  8 02:01:18 2050", "2050-08-08T02:01:18Z")]
    [InlineData("THU, 18 Aug 2050 02:01:18 GMT", "2050-08-18T02:01:18Z")]
    [InlineData("Thu, 18 AUG 2050 02:01:18 GMT", "2050-08-18T02:01:18Z")]
    [InlineData("Thu, 18 Aug 2050 02:01:18 gMT", "2050-08-18T02:01:18Z")]
    [InlineData("Tue, 19 Jan 2038 14:14:08 GMT", "2038-01-19T14:14:08Z")]
    [InlineData("Sun, 21 Nov 2286 04:46:39 GMT", "2286-11-21T04:46:39Z")]
    [InlineData("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z")]
    [InlineData("Friday, 20-Nov-76 23:59:59 GMT", "2076-11-20T23:59:59Z")]
    [InlineData("Monday, 22-Nov-76 00:00:00 GMT", "1976-11-22T00:00:00Z")]
    public void TryParse_LegalForm_ReadsTheDate(string text, string expected)
    {
        Assert.True(HttpDate.TryParse(text, Now, out var date));
        Assert.Equal(DateTimeOffset.Parse(expected), date);
    }

    [Theory]
    [InlineData("Thu, 18 Aug 2050 02:01:18 UTC")]
    [InlineData("Thu, 18 Aug 2050 02:01:18 AEST")]
    [InlineData("Thu, 18 Aug 50 02:01:18 GMT")]
    [InlineData("Thu 18 Aug 2050 02:01:18 GMT")]
    [InlineData("Thu, 18  Aug  2050 02:01:18 GMT")]
    [InlineData("Thu, 18-Aug-2050 02:01:18 GMT")]
    [InlineData("Thu, 18 Aug 2050 02.01.18 GMT")]
    [InlineData("Thu, 18 Aug 2050 2:01:18 GMT")]
    [InlineData("Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:19 GMT")]
    [InlineData("Thu, 18 Aug 2050 24:01:18 GMT")]
    [InlineData("Thu, 30 Feb 2050 02:01:18 GMT")]
    [InlineData("Thu, 00 Aug 2050 02:01:18 GMT")]
    [InlineData("Thu, 18 Aug 0000 02:01:18 GMT")]
    [InlineData("Thu, +8 Aug 2050 02:01:18 GMT")]
    [InlineData("Xyz, 18 Aug 2050 02:01:18 GMT")]
    [InlineData("Thu Aug 8 02:01:18 2050")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    public void TryParse_OffTheGrammar_IsRefused(string text) => Assert.False(HttpDate.TryParse(text, Now, out _));

    [Theory]
    [InlineData("Sunday, 06-Nov-68 08:49:37 GMT", 2068)]
    [InlineData("Sunday, 06-Nov-69 08:49:37 GMT", 1969)]
    public void TryParse_TwoDigitYearWithoutClock_ReadsAsPosix(string text, int year)
    {
        Assert.True(HttpDate.TryParse(text, out var date));
        Assert.Equal(year, date.Year);
    }

    [Fact]
    public void Format_OtherZone_IsInGmt() =>
        Assert.Equal("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.Format(new(1994, 11, 6, 10, 49, 37, TimeSpan.FromHours(2))));

    [Fact]
    public void Format_AnySecond_ReadsBackInEveryForm() => Prop.ForAll(
        ArbMap.Default.ArbFor<uint>().Convert(s => DateTimeOffset.UnixEpoch.AddSeconds(s % 4_000_000_000), d => (uint)d.ToUnixTimeSeconds()),
        date =>
        {
            var forms = new[] { HttpDate.Format(date), date.ToString("ddd MMM ") + date.Day.ToString().PadLeft(2) + date.ToString(" HH:mm:ss yyyy") };
            foreach (var form in forms)
            {
                if (!HttpDate.TryParse(form, Now, out var read) || read != date) return false;
            }
            var old = date.ToString("dddd, dd-MMM-yy HH:mm:ss 'GMT'");
            return HttpDate.TryParse(old, date, out var again) && again == date;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void TryParse_AnyText_DoesNotThrow() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => { HttpDate.TryParse(text ?? "", Now, out _); return true; }).QuickCheckThrowOnFailure();
}
