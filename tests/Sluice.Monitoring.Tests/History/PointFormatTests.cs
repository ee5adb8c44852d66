using FsCheck;
using FsCheck.Fluent;
using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Tests.History;

public sealed class PointFormatTests
{
    private static readonly Dictionary<int, Series> Known = new[]
    {
        new Series(1, "requests{outcome=hit}", SeriesKind.Counter, []), new Series(3, "size", SeriesKind.Gauge, []), new Series(200, "took", SeriesKind.Histogram, [0.1, 0.2, 0.4]),
        new Series(201, "cpu", SeriesKind.Counter, []),
    }.ToDictionary(series => series.Id);

    [Fact]
    public void Write_APoint_IsTheseBytes()
    {
        var bytes = PointFormat.Write(
            new Dictionary<int, SeriesValue>
            {
                [201] = new() { Value = 1.5 }, [1] = new() { Value = 300 }, [3] = new() { Value = 5, Maximum = 7 },
                [200] = new() { Value = 2, Buckets = [0, 1, 0, 130] },
            },
            id => Known[id].Kind);

        // Id 1, 2*300; id +2, 2*5, 2*7; id +197, 2*2, two buckets: +1: 1, +2: 130; id +1, 1 and eight bytes of 1.5.
        Assert.Equal("01D8040 20A0EC50104020101028201 0101000000000000F83F".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(bytes));
    }

    [Fact]
    public void Write_NothingMeasured_IsLeftOut() =>
        Assert.Empty(PointFormat.Write(new Dictionary<int, SeriesValue> { [1] = new(), [200] = new() { Buckets = [0, 0, 0, 0] } }, id => Known[id].Kind));

    [Fact]
    public void MergeInto_Twice_AddsCountersAndBucketsAndKeepsTheLaterGauge()
    {
        var merged = new Dictionary<int, SeriesValue>();
        foreach (var (counter, gauge) in (ReadOnlySpan<(double, double)>)[(3, 9), (4, 5)])
            PointFormat.MergeInto(merged, PointFormat.Write(new Dictionary<int, SeriesValue> { [1] = new() { Value = counter }, [3] = new() { Value = gauge, Maximum = gauge }, [200] = new() { Value = 1, Buckets = [1, 0, 2, 0] } }, id => Known[id].Kind), Known.GetValueOrDefault, SeriesFilter.All);
        Assert.Equal(7, merged[1].Value);
        Assert.Equal((5, 9), (merged[3].Value, merged[3].Maximum));
        Assert.Equal([2, 0, 4, 0], merged[200].Buckets);
    }

    [Fact]
    public void MergeInto_AnyNumbers_ReadsBackWhatWasWritten() => Prop.ForAll<double, long>((number, count) =>
    {
        if (double.IsNaN(number)) return true;
        var point = new Dictionary<int, SeriesValue> { [1] = new() { Value = number }, [3] = new() { Value = -number, Maximum = count }, [200] = new() { Value = number, Buckets = [1, 0, Math.Abs(count / 2), 0] } };
        var read = new Dictionary<int, SeriesValue>();
        PointFormat.MergeInto(read, PointFormat.Write(point, id => Known[id].Kind), Known.GetValueOrDefault, SeriesFilter.All);
        return (read.GetValueOrDefault(1)?.Value ?? 0).Equals(number) && read[3].Value.Equals(-number) && read[3].Maximum.Equals(count) && read[200].Buckets.SequenceEqual(point[200].Buckets);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void MergeInto_AnyBytes_ReadsOrRefuses() => Prop.ForAll<byte[]>(bytes =>
    {
        try
        {
            PointFormat.MergeInto([], bytes, Known.GetValueOrDefault, SeriesFilter.All);
        }
        catch (InvalidDataException)
        {
            // That is the only way to fail.
        }

        return true;
    }).QuickCheckThrowOnFailure();
}
