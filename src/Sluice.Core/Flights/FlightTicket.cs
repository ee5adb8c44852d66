namespace Sluice.Core.Flights;

/// <summary>One follower's place in a flight.</summary>
/// <typeparam name="TResult">What the flight brings.</typeparam>
public sealed class FlightTicket<TResult> : IDisposable where TResult : class, IDisposable
{
    private readonly Flight<TResult> flight;
    private int left;

    internal FlightTicket(Flight<TResult> flight) => this.flight = flight;

    /// <summary>The result, the same for all; disposed when the last ticket is.</summary>
    public Task<TResult> Result => flight.Result;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref left, 1) == 0) flight.Leave();
    }
}
