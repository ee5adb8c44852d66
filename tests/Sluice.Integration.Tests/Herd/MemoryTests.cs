using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Herd;

/// <summary>The figures for memory. Run apart from the other tests: they are of one server with the machine to itself.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    [Fact]
    public async Task Herd_OnALargeColdObject_KeepsMemoryBounded()
    {
        // The figure is 200 clients on 64 MB, growth under 64 MB; here 100 clients with a memory tier of 16 MB.
        const int length = 64 << 20;
        await using var origin = FaultyOrigin.Start();
        origin.On("/big.mp4", OriginReply.Object(51, length)).On("/warm", OriginReply.Object(52, 4 << 20));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address, "--memory", "16MB");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => sluice.Edge.AskAsync("/warm")));
        var expected = new BytePattern(51).Bytes(0, length);
        var before = sluice.PeakResidentBytes;

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => HerdTests.WatchAsync(sluice.Edge, "/big.mp4", expected, () => { })));

        Assert.Equal(length, origin.BytesOf("/big.mp4"));
        Assert.InRange(sluice.PeakResidentBytes - before, 0, 64L << 20);
    }

    [Fact]
    public async Task Get_LargeFileThroughSmallMemory_StaysSmall()
    {
        // Issue figure: a full GET of a 2 GB file with --memory 64MB never holds more than 200 MB resident.
        const long length = 2L << 30;
        var mark = new BytePattern(13).Bytes(0, 4096);
        using var large = new TemporaryFolder();
        large.WriteSparse("large.mp4", length, length - 5000, mark);
        await using var sluice = await SluiceProcess.StartAsync(large.Path, "--memory", "64MB", "--disk", "3GB");

        await using var body = await sluice.Edge.GetStreamAsync(new Uri("/large.mp4", UriKind.Relative));
        var tail = new byte[5000];
        var buffer = new byte[1 << 20];
        long read = 0;
        for (int got; (got = await body.ReadAsync(buffer)) > 0; read += got)
        {
            for (var i = Math.Max(0, length - 5000 - read); i < got; i++)
                tail[read + i - (length - 5000)] = buffer[i];
        }

        Assert.Equal(length, read);
        Assert.Equal(mark, tail[..4096]);
        Assert.InRange(sluice.PeakResidentBytes, 0, 200L << 20);
    }
}
