namespace Sluice.Edge.Routes;

/// <summary>Keeps requests from an origin that fails: viewers get the next origin or a stale answer at once, and the origin gets time.</summary>
internal sealed class CircuitBreaker(CircuitOptions options, TimeProvider time)
{
    private const int Slices = 10;

    private readonly Lock gate = new();
    private readonly (long Slice, int Good, int Bad)[] counts = new (long, int, int)[Slices];
    private readonly long began = time.GetTimestamp();
    private CircuitState state;
    private long openedAt;
    private int turn;

    /// <summary>Where it stands.</summary>
    public CircuitState State
    {
        get
        {
            lock (gate) return state;
        }
    }

    /// <summary>Time until the next try; zero when the origin may be asked.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (gate) return state == CircuitState.Closed || options.Pause <= time.GetElapsedTime(openedAt) ? TimeSpan.Zero : options.Pause - time.GetElapsedTime(openedAt);
        }
    }

    /// <summary>A number when the origin may be asked, and then one of <see cref="Report"/> and <see cref="Abandon"/> must follow with it; null when it may not.</summary>
    public int? TryEnter()
    {
        lock (gate)
        {
            if (state == CircuitState.Closed) return turn;
            if (state == CircuitState.HalfOpen || time.GetElapsedTime(openedAt) < options.Pause) return null;
            state = CircuitState.HalfOpen;
            return ++turn;
        }
    }

    /// <summary>How it went. Answers the new state when that changed.</summary>
    public CircuitState? Report(int entered, bool success)
    {
        lock (gate)
        {
            // What was asked before the circuit opened says nothing new, also while it is tried or used again: of an origin that hung that comes for as long as its time to answer.
            if (state == CircuitState.Open || entered != turn) return null;
            if (state == CircuitState.HalfOpen) return Go(success ? CircuitState.Closed : CircuitState.Open);
            var now = (long)(time.GetElapsedTime(began) / (options.Window / Slices));
            ref var slice = ref counts[now % Slices];
            if (slice.Slice != now) slice = (now, 0, 0);
            if (success) slice.Good++;
            else slice.Bad++;
            if (success) return null;
            var (good, bad) = (0, 0);
            foreach (var count in counts)
            {
                if (count.Slice <= now - Slices) continue;
                good += count.Good;
                bad += count.Bad;
            }

            return bad >= options.Failures && bad >= good ? Go(CircuitState.Open) : null;
        }
    }

    /// <summary>Nobody waited for the answer: what it would have been is not known.</summary>
    public void Abandon(int entered)
    {
        lock (gate)
            if (state == CircuitState.HalfOpen && entered == turn) state = CircuitState.Open;
    }

    private CircuitState Go(CircuitState next)
    {
        openedAt = time.GetTimestamp();
        Array.Clear(counts);
        return state = next;
    }
}
