namespace Sluice.Core.Flights;

/// <summary>Wakes everybody who waits for the next change. Take <see cref="Next"/> first, look at the state, then await: no change is missed. Part of what it belongs to: never copied.</summary>
internal struct Broadcast
{
    private TaskCompletionSource? waiting;

    /// <summary>Completes at the next <see cref="Pulse"/>.</summary>
    public Task Next()
    {
        var current = Volatile.Read(ref waiting);
        if (current is not null) return current.Task;
        // Waiters never run on the thread that brings the bytes.
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref waiting, fresh, null) ?? fresh).Task;
    }

    /// <summary>Wakes all who wait now.</summary>
    public void Pulse()
    {
        // What was written before must be visible before the look for waiters: else a waiter that comes now could see the old state, and we no waiter.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref waiting) is not null) Interlocked.Exchange(ref waiting, null)?.TrySetResult();
    }
}
