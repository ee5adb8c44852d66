using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Core.Telemetry;
using Sluice.TestKit.Processes;

namespace Sluice.Core.Tests.Objects;

/// <summary>What waits without yielding must not need the thread it waits on: a program with windows would hang.</summary>
public sealed class WindowTests : GoingBackTestBase
{
    [Fact]
    public async Task Dispose_OnTheThreadOfAWindow_ComesToItsEnd()
    {
        var cache = await OpenAsync(memory: 1 << 20);
        await StoreAsync(cache, "/a");
        Assert.True(WindowThread.Run(cache.Dispose));
    }

    [Fact]
    public void KeyValueStores_OnTheThreadOfAWindow_OpenAndClose() => Assert.True(WindowThread.Run(() =>
    {
        using var stores = new SqliteKeyValueStores(Path.Combine(Root, "kv.db"), Time, NullLogger.Instance);
        stores.Open("a");
    }));

    [Fact]
    public void MetricRecords_OnTheThreadOfAWindow_AreSentAtTheEnd() => Assert.True(WindowThread.Run(() =>
    {
        using var records = new MetricRecords(null, Time, NullLogger.Instance);
        records.Add("one", 1, new Dictionary<string, string>());
    }));
}
