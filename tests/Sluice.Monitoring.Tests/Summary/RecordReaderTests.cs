using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Summary;

/// <summary>Stored points as they are asked for.</summary>
public sealed class RecordReaderTests : IDisposable
{
    private const long Now = 1_790_078_400;

    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);

    public void Dispose() => store.Dispose();

    [Theory]
    [InlineData(80, 10)]
    [InlineData(100, 60)] // 12,000 points of ten seconds are more than are answered
    public void Read_OfManySeries_HasTheLatest(int origins, int step)
    {
        for (var at = Now - 1200; at < Now; at += 10)
            store.Append(at, store.Resolve(catalog => Enumerable.Range(0, origins).ToDictionary(i => catalog.Get($"sluice.origin.received{{origin=o{i}}}", SeriesKind.Counter, [])!.Id, _ => new SeriesValue { Value = 1 })));

        var records = RecordReader.Read(store, "sluice.origin.received", Now - 1200, Now, Now);

        Assert.Equal((origins * 1200 / step, (Now - step) * 1000, origins * 120.0), (records.Count, records[^1].Timestamp, records.Sum(one => one.Value)));
    }
}
