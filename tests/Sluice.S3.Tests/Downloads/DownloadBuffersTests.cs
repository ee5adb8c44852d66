using Sluice.S3.Downloads;

namespace Sluice.S3.Tests.Downloads;

public class DownloadBuffersTests
{
    [Fact]
    public void Rent_ManyAtOnce_AreLargeUpToABound()
    {
        var buffers = new DownloadBuffers();
        var taken = Enumerable.Range(0, 1200).Select(_ => buffers.Rent()).ToList();
        Assert.Equal(DownloadBuffers.MostLarge, taken.Count(buffer => buffer.Length >= DownloadBuffers.Large));
        Assert.InRange(taken.Sum(buffer => (long)buffer.Length), 1, 100 << 20);

        foreach (var buffer in taken) buffers.Return(buffer);
        Assert.Equal(DownloadBuffers.Large, buffers.Rent().Length);
    }
}
