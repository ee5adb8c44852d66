using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

public sealed class Crc32CTests
{
    [Fact]
    public void Compute_CheckString_IsTheWellKnownValue() => Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));

    // RFC 3720 appendix B.4.
    [Fact]
    public void Compute_PublishedVectors_Match()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }
}
