namespace Sluice.Video.Variants;

/// <summary>
/// Lets so many work at once; others wait, and those of each client take turns, so that one who asks for a thousand variants delays nobody else by more than one of them.
/// A client may fill half of the waiting room.
/// </summary>
internal sealed class FairQueue(int running, int waiting, TimeSpan patience, TimeProvider clock)
{
    private readonly TimeProvider time = clock;
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Ticket>> lines = new(StringComparer.Ordinal);
    private readonly List<string> turns = [];
    private int busy;
    private int queued;
    private double meanSeconds = 5;

    /// <summary>How many work now.</summary>
    public int Running => Volatile.Read(ref busy);

    /// <summary>How many wait now.</summary>
    public int Waiting => Volatile.Read(ref queued);

    /// <summary>Waits for a turn; null when there is no room, or none in time. Dispose the slot when the work is done.</summary>
    public async Task<IDisposable?> EnterAsync(string client, CancellationToken cancellation)
    {
        Ticket ticket;
        lock (gate)
        {
            if (busy < running)
            {
                busy++;
                return new Slot(this);
            }

            var line = lines.GetValueOrDefault(client);
            if (queued >= waiting || line?.Count >= Math.Max(1, waiting / 2)) return null;
            if (line is null)
            {
                lines[client] = line = [];
                turns.Add(client);
            }

            line.Add(ticket = new Ticket());
            queued++;
        }

        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        await using var given = either.Token.Register(() => Leave(client, ticket));
        if (await ticket.Turn.Task) return new Slot(this);
        cancellation.ThrowIfCancellationRequested();
        return null;
    }

    /// <summary>Seconds after which a slot may be free.</summary>
    public int RetryAfter()
    {
        lock (gate) return (int)Math.Clamp(Math.Ceiling(meanSeconds * (queued + 1) / Math.Max(1, running)), 1, 120);
    }

    private void Leave(string client, Ticket ticket)
    {
        lock (gate)
        {
            if (!ticket.Turn.TrySetResult(false)) return;
            // Out of the line too: it is as long as those who still wait, however many have left it while one works for long.
            var line = lines[client];
            line.Remove(ticket);
            if (line.Count == 0) Close(client);
            queued--;
        }
    }

    private void Exit(TimeSpan took)
    {
        lock (gate)
        {
            meanSeconds += (took.TotalSeconds - meanSeconds) / 8;
            if (turns.Count == 0)
            {
                busy--;
                return;
            }

            var client = turns[0];
            var line = lines[client];
            var next = line[0];
            line.RemoveAt(0);
            Close(client);
            if (line.Count > 0)
            {
                lines[client] = line;
                turns.Add(client);
            }

            queued--;
            next.Turn.SetResult(true);
        }
    }

    private void Close(string client)
    {
        lines.Remove(client);
        turns.Remove(client);
    }

    private sealed class Ticket
    {
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Slot(FairQueue queue) : IDisposable
    {
        private readonly long began = queue.time.GetTimestamp();
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) queue.Exit(queue.time.GetElapsedTime(began));
        }
    }
}
