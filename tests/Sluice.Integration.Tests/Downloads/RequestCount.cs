using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sluice.Integration.Tests.Downloads;

/// <summary>Counts the requests that this process sends to one bucket, from the program's own metrics.</summary>
internal sealed class RequestCount : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<int> statuses = new();

    public RequestCount(string origin)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "sluice.s3.requests") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, labels, _) =>
        {
            var (mine, status) = (false, 0);
            foreach (var (name, value) in labels)
            {
                if (name == "origin") mine = (string?)value == origin;
                else if (name == "status") status = (int)value!;
            }
            if (mine) statuses.Enqueue(status);
        });
        listener.Start();
    }

    /// <summary>Statuses in the order the answers came.</summary>
    public int[] Statuses => [.. statuses];

    public void Dispose() => listener.Dispose();
}
