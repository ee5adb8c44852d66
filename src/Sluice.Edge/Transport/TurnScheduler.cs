using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Sluice.Edge.Transport;

/// <summary>Runs what is scheduled one after the other, on one thread of the pool: what comes while it runs has no thread woken for it, and is joined by more until its turn.</summary>
internal sealed class TurnScheduler : PipeScheduler, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> waiting = new();
    private int isRunning;

    public override void Schedule(Action<object?> action, object? state)
    {
        waiting.Enqueue((action, state));
        if (Interlocked.CompareExchange(ref isRunning, 1, 0) == 0) System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (waiting.TryDequeue(out var next)) next.Action(next.State);
            // In order with the look at the queue: who has just come either sees it, or is seen.
            Interlocked.Exchange(ref isRunning, 0);
        }
        while (!waiting.IsEmpty && Interlocked.CompareExchange(ref isRunning, 1, 0) == 0);
    }
}
