using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Sluice.Edge.Transport;

/// <summary>
/// What the server reads, and how the transport learns that the server is done with a request: it has taken every byte of it, sent everything, and asks for the next.
/// </summary>
internal sealed class ServerInput(PipeReader inner, PipeWriter output) : PipeReader
{
    private readonly Lock gate = new();
    private TaskCompletionSource? whenIdle, whenReleased;
    private ReadOnlySequence<byte> read;
    private long pending;
    private bool isHanded;
    private bool isServers;
    private bool isHeld;
    private bool isCancelled;
    private bool isEnding;
    private bool endedIdle;

    /// <summary>True while the server waits for a request and everything before it is answered.</summary>
    public bool IsIdle => !Volatile.Read(ref isHanded);

    /// <summary>True when no request is without its whole answer, so that the end of the connection cuts nothing short.</summary>
    public bool IsAnswered => (IsIdle || Volatile.Read(ref endedIdle)) && !IsHeld;

    /// <summary>True while an answer is being sent past the server.</summary>
    public bool IsHeld => Volatile.Read(ref isHeld);

    /// <summary>True to keep the server's own waiting from ending the connection: it does not see the requests that are answered here.</summary>
    public Func<bool> OutlastsWait { get; init; } = () => false;

    /// <summary>The bytes of one request without a body are about to be handed to the server.</summary>
    public void Hand(int count)
    {
        Interlocked.Add(ref pending, count);
        Volatile.Write(ref isHanded, true);
    }

    /// <summary>From here on the connection is the server's.</summary>
    public void HandOver()
    {
        Volatile.Write(ref isHanded, true);
        Volatile.Write(ref isServers, true);
    }

    /// <summary>Completes once the server is done with what was handed to it, for now or for good.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate)
        {
            if (IsIdle || isServers) return Task.CompletedTask;
            // Not on the server's thread, which is about to wait for us.
            return (whenIdle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>An answer is being sent past the server: what would end its wait has to wait itself. False when that was ended before: the connection is about to be closed.</summary>
    public bool Hold()
    {
        lock (gate)
        {
            isHeld = true;
            return !isEnding;
        }
    }

    /// <summary>It is sent.</summary>
    public void Release()
    {
        TaskCompletionSource? waiting;
        bool isCancelledNow;
        lock (gate)
        {
            isHeld = false;
            isEnding |= isCancelled;
            (waiting, whenReleased, isCancelledNow, isCancelled) = (whenReleased, null, isCancelled, false);
        }

        waiting?.TrySetResult();
        if (isCancelledNow) inner.CancelPendingRead();
    }

    /// <summary>Completes once no answer is being sent past the server.</summary>
    public Task WhenReleasedAsync()
    {
        lock (gate) return isHeld ? (whenReleased ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref isServers)) return inner.ReadAsync(cancellationToken);
        if (Volatile.Read(ref isHanded) && Volatile.Read(ref pending) == 0 && output.UnflushedBytes == 0) BecomeIdle();
        var next = inner.ReadAsync(cancellationToken);
        return next.IsCompletedSuccessfully ? new(Note(next.Result)) : WaitAsync(next);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result)) return false;
        Note(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!Volatile.Read(ref isServers) && !read.IsEmpty) Interlocked.Add(ref pending, -read.Slice(0, consumed).Length);
        read = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        lock (gate)
        {
            if (IsIdle && OutlastsWait()) return;
            if (isHeld)
            {
                isCancelled = true;
                return;
            }

            isEnding |= IsIdle;
        }

        inner.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        lock (gate) isEnding = true;
        if (IsIdle) Volatile.Write(ref endedIdle, true);
        HandOver();
        BecomeIdle();
        inner.Complete(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> next) => Note(await next);

    private ReadResult Note(ReadResult result)
    {
        read = result.Buffer;
        return result;
    }

    private void BecomeIdle()
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            if (!isServers) isHanded = false;
            (waiting, whenIdle) = (whenIdle, null);
        }

        waiting?.TrySetResult();
    }
}
