using Sluice.Core.KeyValue;
using Sluice.TestKit;

namespace Sluice.Core.Tests.KeyValue;

public sealed class InProcessKeyValueStoreTests : KeyValueStoreContract
{
    protected override KeyValueStores OpenStores() => new InProcessKeyValueStores(Time);

    protected override async Task CheckIntegrityAsync(IKeyValueStore store)
    {
        var links = 0;
        await foreach (var key in store.ScanAsync("")) links += (await store.GetAsync(key))!.Tags.Count;
        Assert.Equal(links, ((InProcessKeyValueStore)store).TagLinks);
    }

    [Fact]
    public async Task Get_Hit_GivesTheStoredInstanceAndAllocatesNothing()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", new byte[100], new KeyValueSettings(TimeSpan.FromHours(1)));
        var first = await store.GetAsync("k");
        for (var i = 0; i < 200; i++) Assert.Same(first, await store.GetAsync("k"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) _ = await store.GetAsync("k");
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Set_SameKeyOverAndOver_DoesNotPileUpExpiries()
    {
        var store = (InProcessKeyValueStore)Stores.Open("a");
        for (var i = 0; i < 10_000; i++) await store.SetAsync("k", new byte[1], new KeyValueSettings(TimeSpan.FromDays(1)));
        Assert.InRange(store.PendingExpiries, 1, 100);
        Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await store.GetUsageAsync()).Entries);
    }
}
