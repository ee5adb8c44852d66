using System.Collections.Concurrent;

namespace Sluice.TestKit.Processes;

/// <summary>A thread as that of a window: what was begun on it goes on on it, in turn. Whoever waits on it for something that has to come back to it waits for ever.</summary>
public static class WindowThread
{
    /// <summary>Runs work on such a thread; false when it did not come to its end within half a minute. What it throws is thrown.</summary>
    public static bool Run(Action work)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new Context());
            try
            {
                work();
            }
            catch (Exception failure)
            {
                thrown = failure;
            }
        }) { IsBackground = true };
        thread.Start();
        var ended = thread.Join(TimeSpan.FromSeconds(30));
        return thrown is null ? ended : throw new InvalidOperationException(thrown.Message, thrown);
    }

    private sealed class Context : SynchronizationContext
    {
        private readonly ConcurrentQueue<SendOrPostCallback> waiting = new();

        // The thread never comes to what is posted while it waits.
        public override void Post(SendOrPostCallback d, object? state) => waiting.Enqueue(d);
    }
}
