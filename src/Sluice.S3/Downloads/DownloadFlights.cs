namespace Sluice.S3.Downloads;

/// <summary>Flights of this process, so that callers of one key share one.</summary>
internal sealed class DownloadFlights(TimeProvider time)
{
    private readonly Dictionary<string, DownloadFlight> flights = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private bool closed;

    /// <summary>Joins the flight of that name, or begins it.</summary>
    /// <exception cref="ObjectDisposedException">The cache is closed.</exception>
    public async Task<DownloadFound> RunAsync(string name, IProgress<S3DownloadProgress>? progress, Func<DownloadFlight, CancellationToken, Task<DownloadFound>> run, CancellationToken cancellation)
    {
        var (flight, leads) = Enter(name, run);
        var listener = progress is null ? null : new DownloadListener(progress);
        if (listener is not null) flight.Tell(listener);
        try
        {
            if (listener is not null)
            {
                await Task.WhenAny(flight.Task, listener.Failed).WaitAsync(cancellation);
                // What it threw at the last byte counts, too, whichever was noticed first.
                if (listener.Failed.IsCompleted) await listener.Failed;
            }

            var found = await flight.Task.WaitAsync(cancellation);
            return leads ? found with { IsAlone = !flight.WasJoined } : found.Shared();
        }
        finally
        {
            flight.Leave(listener);
        }
    }

    /// <summary>Stops all and waits for their ends; no other begins.</summary>
    public async Task CloseAsync()
    {
        DownloadFlight[] open;
        lock (gate)
        {
            closed = true;
            open = [.. flights.Values];
        }
        foreach (var flight in open) flight.Stop();
        await Task.WhenAll(open.Select(flight => flight.Task)).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private (DownloadFlight Flight, bool Leads) Enter(string name, Func<DownloadFlight, CancellationToken, Task<DownloadFound>> run)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(S3DownloadCache));
            if (flights.TryGetValue(name, out var under) && under.TryJoin()) return (under, false);
            var flight = new DownloadFlight(time);
            flights[name] = flight;
            flight.Start(async (self, stop) =>
            {
                try
                {
                    return await run(self, stop);
                }
                finally
                {
                    lock (gate)
                        if (flights.GetValueOrDefault(name) == self) flights.Remove(name);
                }
            });
            return (flight, true);
        }
    }
}
