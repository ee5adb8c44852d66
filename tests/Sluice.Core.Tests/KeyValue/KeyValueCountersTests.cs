using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.KeyValue;

/// <summary>KV-08, KV-10, MTR-37: reads, writes and bytes of each namespace are counted.</summary>
public sealed class KeyValueCountersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTimeProvider clock = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Metrics_OfANamespace_CountWhatIsDoneToIt(string kind)
    {
        var name = $"counted-{Guid.NewGuid():N}";
        var values = new Dictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "Sluice.KeyValue") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags[0].Value as string == kind && tags[1].Value as string == name) values[instrument.Name["sluice.kv.".Length..]] = value;
        });
        listener.Start();
        await using (KeyValueStores stores = kind == "memory" ? new InProcessKeyValueStores(clock) : new SqliteKeyValueStores(folder.FileOf("kv.db"), clock, NullLogger.Instance))
        {
            var store = stores.Open(name, new KeyValueLimits { MaximumBytes = 5000 });
            var stop = TestContext.Current.CancellationToken;
            await store.SetAsync("one", new byte[100], new(TimeSpan.FromSeconds(10), ["t"]), stop);
            await store.SetAsync("two", new byte[200], default, stop);
            for (var i = 0; i < 3; i++) await store.GetAsync("two", stop);
            await store.GetAsync("none", stop);
            clock.Advance(TimeSpan.FromSeconds(10));
            await store.GetAsync("one", stop);
            await store.DeleteAsync("one", stop);
            await store.DeleteByTagAsync("t", stop);
            listener.RecordObservableInstruments();
            Assert.Equal((3, 2, 2, 2), (values["hits"], values["misses"], values["writes"], values["deletes"]));
            Assert.Equal((600, 306), (values["read"], values["written"]));
            Assert.Equal((1, 203, 5000), (values["entries"], values["size"], values["limit"]));
        }
        values.Clear();
        listener.RecordObservableInstruments();
        Assert.Empty(values);
    }
}
