using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Edge.Transport;

/// <summary>
/// A thread that waits for bytes on many sockets and lets each connection run on it when some are there. The sockets of .NET ask the kernel twice for every request,
/// once in vain; this one is told.
/// </summary>
internal sealed class Poller
{
    /// <summary>Sockets told of in one call.</summary>
    private const int BatchSize = 256;

    private static readonly Lazy<Poller[]> All = new(static () => [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static number => new Poller(number))]);
    private static int turn;

    private readonly SafeFileHandle epoll = PollCalls.Create();
    private readonly Lock gate = new();
    private readonly Stack<int> free = new();
    private PolledSocket?[] slots = new PolledSocket?[64];
    private int used;

    private Poller(int number)
    {
        var thread = new Thread(Run) { IsBackground = true, Name = $"edge {number}" };
        Ways = new SendWays(thread.ManagedThreadId, PollCalls.ThreadTime);
        thread.Start();
    }

    /// <summary>Which way bodies go out on its thread.</summary>
    public SendWays Ways { get; }

    /// <summary>Where what was queued for its sockets goes out, in turn.</summary>
    public TurnScheduler Turns { get; } = new();

    /// <summary>The next of the process's pollers, of which there are as many as processors.</summary>
    public static Poller Next() => All.Value[(uint)Interlocked.Increment(ref turn) % (uint)All.Value.Length];

    /// <summary>Tells <paramref name="polled"/> from now on, and of what is so already; answers the place to give to <see cref="Remove"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The kernel takes no more.</exception>
    public int Add(SafeHandle socket, PolledSocket polled)
    {
        int slot;
        lock (gate)
        {
            if (!free.TryPop(out slot)) slot = used++;
            if (slot == slots.Length) Array.Resize(ref slots, slot * 2);
            slots[slot] = polled;
        }

        try
        {
            PollCalls.Add(epoll, socket, slot);
            return slot;
        }
        catch
        {
            Remove(slot);
            throw;
        }
    }

    /// <summary>Tells no more. News that is under way may still reach whoever gets the place next, who looks and finds nothing.</summary>
    public void Remove(int slot)
    {
        lock (gate)
        {
            slots[slot] = null;
            free.Push(slot);
        }
    }

    private void Run()
    {
        var events = new PollCalls.Batch(BatchSize);
        while (true)
        {
            var count = PollCalls.Wait(epoll, events);
            for (var i = 0; i < count; i++)
            {
                var (slot, readiness) = events[i];
                Volatile.Read(ref slots)[slot]?.Note(readiness);
            }
        }
    }
}
