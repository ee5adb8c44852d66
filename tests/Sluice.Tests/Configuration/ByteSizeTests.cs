using FsCheck;
using FsCheck.Fluent;
using Sluice.Configuration;

namespace Sluice.Tests.Configuration;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("1B", 1)]
    [InlineData("256MB", 256_000_000)]
    [InlineData("256MiB", 268_435_456)]
    [InlineData("10gb", 10_000_000_000)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData(" 64 KiB ", 65_536)]
    [InlineData("7TiB", 7_696_581_394_432)]
    public void TryParse_Size_ReadsBytes(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lots")]
    [InlineData("-1MB")]
    [InlineData("1,5GB")]
    [InlineData("1.5B")]
    [InlineData("10XB")]
    [InlineData("1e3")]
    [InlineData("MB")]
    [InlineData("9999999TiB")]
    [InlineData("99999999999999999999999999999")]
    public void TryParse_NoSize_IsFalse(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Fact]
    public void Format_AnySize_ReadsBackTheSame() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).SelectMany(n => Gen.Choose(0, 20), (n, shift) => (long)n << shift).ToArbitrary(),
            bytes => ByteSize.TryParse(ByteSize.Format(bytes), out var read) && read == bytes).QuickCheckThrowOnFailure();

    [Fact]
    public void TryParse_AnyText_NeverThrowsNorGoesNegative() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => !ByteSize.TryParse(text ?? "", out var bytes) || bytes >= 0).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(10L << 30, "10 GiB")]
    public void Display_Size_IsShort(long bytes, string text) => Assert.Equal(text, ByteSize.Display(bytes));
}
