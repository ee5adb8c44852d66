using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

/// <summary>What comes before and after a name with a number.</summary>
public sealed class NumberedNameTests
{
    [Theory]
    [InlineData("/v/seg_007.ts", "/v/seg_*.ts", 7, "/v/seg_008.ts", "/v/seg_006.ts")]
    [InlineData("/v/9.m4s", "/v/*.m4s", 9, "/v/10.m4s", "/v/8.m4s")]
    [InlineData("/v/99", "/v/*", 99, "/v/100", "/v/98")]
    [InlineData("/v/10.ts", "/v/*.ts", 10, "/v/11.ts", "/v/09.ts /v/9.ts")]
    [InlineData("/v/010.ts", "/v/*.ts", 10, "/v/011.ts", "/v/009.ts")]
    [InlineData("/v/0.ts", "/v/*.ts", 0, "/v/1.ts", "")]
    [InlineData("/v/part%209.ts", "/v/part%20*.ts", 9, "/v/part%2010.ts", "/v/part%208.ts")]
    [InlineData("/v/%C3%A910.ts", "/v/%C3%A9*.ts", 10, "/v/%C3%A911.ts", "/v/%C3%A909.ts /v/%C3%A99.ts")]
    public void Read_OneNumber_KnowsItsNeighbours(string path, string pattern, long number, string next, string former)
    {
        var name = Assert.Single(NumberedName.ReadAll(path));

        Assert.Equal((pattern, number, next, former), (name.Pattern, name.Number, name.Next(1), string.Join(' ', name.Former(1))));
    }

    [Theory]
    [InlineData("/2026/a.mp4", "")]
    [InlineData("/v/seg-5-v1-a2.ts", "2 1 5")]
    [InlineData("/v/1234567890123456.ts", "")]
    [InlineData("/v1.2/", "")]
    [InlineData("/v/%E7%AC%AC3%E9%9B%86.ts", "3")]
    [InlineData("", "")]
    public void Read_Names_FindsTheNumbersOfTheLastPart(string path, string numbers) =>
        Assert.Equal(numbers, string.Join(' ', NumberedName.ReadAll(path).Select(name => name.Number)));
}
