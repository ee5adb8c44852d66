namespace Sluice.Core.Flights;

/// <summary>Work in progress that several wait for. Its result lives as long as somebody holds a ticket.</summary>
internal sealed class Flight<TResult> where TResult : class, IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<TResult> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? remove;
    private TResult? value;
    private int interested;
    private bool closed;

    public Task<TResult> Result => result.Task;

    public bool TryJoin()
    {
        lock (gate)
        {
            if (closed) return false;
            interested++;
            return true;
        }
    }

    public void Leave()
    {
        TResult? unused;
        lock (gate)
        {
            if (--interested > 0) return;
            closed = true;
            (unused, value) = (value, null);
        }

        remove?.Invoke();
        stop.Cancel();
        unused?.Dispose();
    }

    public void Start(Func<CancellationToken, Task<TResult>> work, Action whenClosed)
    {
        remove = whenClosed;
        _ = Task.Run(async () =>
        {
            try
            {
                Finish(await work(stop.Token));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                result.SetCanceled(stop.Token);
            }
            catch (Exception failure)
            {
                // Whatever went wrong is for those who wait to see.
                lock (gate) closed = true;
                whenClosed();
                result.SetException(failure);
                _ = result.Task.Exception;
            }
        });
    }

    private void Finish(TResult brought)
    {
        bool wanted;
        lock (gate)
        {
            closed = true;
            wanted = interested > 0;
            if (wanted) value = brought;
        }

        remove?.Invoke();
        if (!wanted) brought.Dispose();
        result.SetResult(brought);
    }
}
