using System.Collections.Concurrent;

namespace Sluice.Core.Flights;

/// <summary>At most one flight a name: whoever comes while it is under way follows it.</summary>
/// <typeparam name="TResult">What a flight brings.</typeparam>
public sealed class FlightTable<TResult> where TResult : class, IDisposable
{
    private readonly ConcurrentDictionary<string, Flight<TResult>> flights = new(StringComparer.Ordinal);

    /// <summary>Joins the flight of that name, or starts it. Dispose the ticket when its result is no longer wanted: when the last one goes before the result is there, the flight is cancelled.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="start">Does the work; runs on the thread pool, and its token is cancelled when nobody waits any more.</param>
    /// <param name="isLeader">True for the one who started it.</param>
    public FlightTicket<TResult> Join(string name, Func<CancellationToken, Task<TResult>> start, out bool isLeader)
    {
        while (true)
        {
            var fresh = new Flight<TResult>();
            var flight = flights.GetOrAdd(name, fresh);
            if (!flight.TryJoin()) continue;
            isLeader = ReferenceEquals(flight, fresh);
            if (isLeader) flight.Start(start, () => flights.TryRemove(new(name, flight)));
            return new FlightTicket<TResult>(flight);
        }
    }
}
