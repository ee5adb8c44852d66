using System.Threading.Tasks.Sources;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

/// <summary>A place in the line of answers. It ends once: by its answer, by the end of the connection, or because nobody waits any more; the place in the line stays until its answer was read.</summary>
internal sealed class PendingReply : IValueTaskSource<RespValue>
{
    private ManualResetValueTaskSourceCore<RespValue> core;
    private CancellationTokenRegistration registration;
    private int ended;

    public PendingReply(long sentAt) => SentAt = sentAt;

    /// <summary>Timestamp of the moment it was asked.</summary>
    public long SentAt { get; }

    /// <summary>True when the answer comes as a push: SUBSCRIBE in RESP3.</summary>
    public bool IsSubscription { get; init; }

    /// <summary>True when whoever waits does little with the answer, so that even a thread that sees to many sockets may do it.</summary>
    public bool IsQuick { get; init; }

    public ValueTask<RespValue> Task => new(this, core.Version);

    public void EndWith(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
            registration = cancellation.UnsafeRegister(static (state, token) => ((PendingReply)state!).Fail(new OperationCanceledException(token)), this);
    }

    /// <param name="value">The answer.</param>
    /// <param name="inline">True: whoever waits goes on on this thread.</param>
    public void Complete(in RespValue value, bool inline)
    {
        if (Interlocked.Exchange(ref ended, 1) != 0)
        {
            value.Release();
            return;
        }

        registration.Unregister();
        core.RunContinuationsAsynchronously = !inline;
        core.SetResult(value);
    }

    public void Fail(Exception failure)
    {
        if (Interlocked.Exchange(ref ended, 1) != 0) return;
        core.RunContinuationsAsynchronously = true;
        core.SetException(failure);
    }

    RespValue IValueTaskSource<RespValue>.GetResult(short token)
    {
        var value = core.GetResult(token);
        return value.Kind == RespKind.Error ? throw new RedisErrorException(value.AsText()) : value;
    }

    ValueTaskSourceStatus IValueTaskSource<RespValue>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<RespValue>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
