using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Caching;

/// <summary>Decision D21: whatever the order in which readers and writers on several nodes take their steps, nobody who asks after a change was made sees what was before it.</summary>
public sealed class InvalidationOrderTests : IDisposable
{
    private readonly CatalogMeter meter = new();
    private readonly ManualTimeProvider time = new();

    public void Dispose() => meter.Dispose();

    [Fact]
    public void ReadAfterAWrite_WithAReaderOnAnotherNode_SeesTheWriteInEveryOrder()
    {
        var orders = Pump.RunAll(async pump =>
        {
            var bed = new Bed(this, pump);
            await Task.WhenAll(bed.Node().GetAsync(TestVideos.Id), WriteAndReadAsync(bed.Node()));
            await bed.SettleAsync(2);
        });

        Assert.InRange(orders, 300, 100_000);
    }

    [Fact]
    public void TwoReadersAndAWriter_OnThreeNodes_LeaveNothingOldInEveryOrder()
    {
        var orders = Pump.RunAll(async pump =>
        {
            // Copy and fence are read in one step here, and in every order in the tests beside.
            var bed = new Bed(this, pump, fenceReadsTakeTurns: false);
            await Task.WhenAll(bed.Node().GetAsync(TestVideos.Id), bed.Node().GetAsync(TestVideos.Id), bed.Node().ProcessAsync(TestVideos.Id));
            await bed.SettleAsync(2);
        });

        Assert.InRange(orders, 1_000, 1_000_000);
    }

    [Fact]
    public void TwoWritersAndAReader_OnThreeNodes_LeaveNothingOldInEveryOrder()
    {
        var orders = Pump.RunAll(async pump =>
        {
            var bed = new Bed(this, pump);
            await Task.WhenAll(bed.Node().GetAsync(TestVideos.Id), bed.Node().ProcessAsync(TestVideos.Id), bed.Node().CancelAsync(TestVideos.Id));
            await bed.SettleAsync(3);
        });

        Assert.InRange(orders, 4_000, 1_000_000);
    }

    [Fact]
    public void ReadersAndAWriter_OnOneNode_SeeTheWriteAfterItInEveryOrder()
    {
        var orders = Pump.RunAll(async pump =>
        {
            var bed = new Bed(this, pump);
            var node = bed.Node();
            await Task.WhenAll(node.GetAsync(TestVideos.Id), WriteAndReadAsync(node));
            await bed.SettleAsync(2);
        });

        Assert.InRange(orders, 100, 100_000);
    }

    private static async Task WriteAndReadAsync(CachedVideoService node)
    {
        var written = await node.ProcessAsync(TestVideos.Id);
        var read = await node.GetAsync(TestVideos.Id);
        Assert.Equal(written.Version, read.Version);
    }

    private sealed class Bed
    {
        private readonly InvalidationOrderTests test;
        private readonly TestVideos videos;
        private readonly IKeyValueStore copies, fences;

        public Bed(InvalidationOrderTests test, Pump pump, bool fenceReadsTakeTurns = true)
        {
            this.test = test;
            videos = new TestVideos(pump.TurnAsync);
            var stores = new InProcessKeyValueStores(test.time);
            (copies, fences) = (new TurnStore(stores.Open("copies"), pump), new TurnStore(stores.Open("fences"), pump, fenceReadsTakeTurns));
        }

        public CachedVideoService Node() => new(videos,
            new KeyValueVideoCache(copies, fences, test.meter, test.time, NullLogger.Instance) { LongestLife = TimeSpan.FromMinutes(5) },
            new CatalogOptions { Directory = "" }, test.meter);

        /// <summary>Once all is quiet everybody sees the newest row.</summary>
        public async Task SettleAsync(long version)
        {
            Assert.Equal(version, (await Node().GetAsync(TestVideos.Id)).Version);
            Assert.Equal(version, (await Node().GetAsync(TestVideos.Id)).Version);
        }
    }
}
