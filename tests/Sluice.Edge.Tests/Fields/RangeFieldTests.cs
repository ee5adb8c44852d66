using FsCheck;
using FsCheck.Fluent;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Tests.Fields;

public class RangeFieldTests
{
    [Theory]
    [InlineData("bytes=0-0", "bytes=0-0")]
    [InlineData("BYTES=5-", "bytes=5-")]
    [InlineData("bytes=-7", "bytes=-7")]
    [InlineData("bytes= , 1-2 ,\t,3-", "bytes=1-2 bytes=3-")]
    [InlineData("bytes=-0", "bytes=-0")]
    [InlineData("bytes=99999999999999999999-", "bytes=9223372036854775807-")]
    [InlineData("bytes=0-99999999999999999999", "bytes=0-9223372036854775807")]
    public void TryParse_Legal_ReadsEveryRange(string text, string expected)
    {
        Span<ByteRange> ranges = stackalloc ByteRange[3];
        Assert.True(RangeField.TryParse(text, ranges, out var count));
        Assert.Equal(expected, string.Join(' ', ranges[..count].ToArray().Select(r => r.ToString())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=,")]
    [InlineData("bytes=-")]
    [InlineData("bytes=1")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=2-1")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=1 - 2")]
    [InlineData("bytes=--1")]
    [InlineData("bytes =1-2")]
    [InlineData("items=1-2")]
    [InlineData("bytes=0-1,x")]
    [InlineData("bytes=0-1,2-3,4-5,6-7")]
    public void TryParse_MalformedOrTooMany_IsIgnored(string text)
    {
        Span<ByteRange> ranges = stackalloc ByteRange[3];
        Assert.False(RangeField.TryParse(text, ranges, out _));
    }

    [Fact]
    public void TryParse_AnyRangeAsWritten_ReadsBack()
    {
        var number = Gen.Choose(0, int.MaxValue).Select(n => (long)n * 3);
        var range = Gen.OneOf(
            number.Select(ByteRange.From), number.Select(ByteRange.Suffix),
            from first in number from more in number select new ByteRange(first, first + more));
        Prop.ForAll(range.NonEmptyListOf().ToArbitrary(), written =>
        {
            var text = "bytes=" + string.Join(", ", written.Select(r => r.ToString()["bytes=".Length..]));
            var read = new ByteRange[written.Count];
            return RangeField.TryParse(text, read, out var count) && count == written.Count && read.SequenceEqual(written);
        }).QuickCheckThrowOnFailure();
    }
}
