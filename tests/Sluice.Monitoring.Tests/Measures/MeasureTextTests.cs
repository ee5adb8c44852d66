using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Tests.Measures;

/// <summary>DSH-08 and D16, with the numbers of document 003's mock-up.</summary>
public sealed class MeasureTextTests
{
    [Theory]
    [InlineData(94.3, 1, "94.3%")]
    [InlineData(0.02, 2, "0.02%")]
    [InlineData(0.0, 2, "0.00%")]
    [InlineData(100.0, 1, "100.0%")]
    [InlineData(null, 1, "–")]
    public void Percent_Value_HasItsDecimals(double? value, int decimals, string text) => Assert.Equal(text, MeasureText.Percent(value, decimals));

    [Theory]
    [InlineData(2.1, 1, "+2.1%")]
    [InlineData(-1.3, 1, "-1.3%")]
    [InlineData(-0.01, 2, "-0.01%")]
    [InlineData(0.0, 2, "+0.00%")]
    [InlineData(-0.001, 2, "+0.00%")]
    [InlineData(null, 1, "")]
    public void Delta_Difference_HasItsSign(double? value, int decimals, string text) => Assert.Equal(text, MeasureText.Delta(value, decimals));

    [Theory]
    [InlineData(94.3, 100, 18)] // the mock-up
    [InlineData(100.0, 100, 20)]
    [InlineData(0.0, 100, 0)]
    [InlineData(7.2, 15, 9)] // scaled to the alert's threshold
    [InlineData(22.0, 15, 20)]
    [InlineData(0.02, 1, 0)]
    [InlineData(null, 100, 0)]
    public void Bar_Value_FillsCells(double? value, double full, int cells) => Assert.Equal(cells, MeasureText.Bar(value, full));

    [Theory]
    [InlineData(0.042, "42ms")]
    [InlineData(0.326, "326ms")]
    [InlineData(1.5, "1,500ms")]
    [InlineData(0.0042, "4.2ms")]
    [InlineData(0.000004, "0.004ms")]
    [InlineData(null, "–")]
    public void Milliseconds_Seconds_AreWholeFromTenOn(double? seconds, string text) => Assert.Equal(text, MeasureText.Milliseconds(seconds));

    [Theory]
    [InlineData(12_400_000.0, "12.4MB")]
    [InlineData(999.0, "999B")]
    [InlineData(999_960.0, "1.0MB")]
    [InlineData(0.0, "0B")]
    public void Bytes_Number_HasOneDecimal(double bytes, string text) => Assert.Equal(text, MeasureText.Bytes(bytes));

    [Theory]
    [InlineData(0.0, "0.00 USD")]
    [InlineData(0.000024, "0.00 USD")] // and not "0 USD"
    [InlineData(0.0748, "0.0748 USD")]
    [InlineData(1234.5, "1,234.50 USD")]
    public void Money_Amount_IsShortAndNeverBare(double amount, string text) => Assert.Equal(text, MeasureText.Money(amount, "USD"));

    [Fact]
    public void CountsAndRates_AreAsInTheMockUp()
    {
        Assert.Equal("1,423", MeasureText.Count(1423));
        Assert.Equal("32/min", MeasureText.PerMinute(32));
        Assert.Equal("1,234/s", MeasureText.PerSecond(1234));
    }
}
