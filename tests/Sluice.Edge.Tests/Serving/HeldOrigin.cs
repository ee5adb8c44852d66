using Sluice.Core.Origins;

namespace Sluice.Edge.Tests.Serving;

/// <summary>An origin whose answers do not begin before they are let go.</summary>
internal sealed class HeldOrigin(IOrigin inner) : IOrigin
{
    private int asked;

    public string Name => inner.Name;

    public string Scope => inner.Scope;

    public OriginTraits Traits => inner.Traits;

    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Completes when an answer is no longer wanted before it began.</summary>
    public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Asked => Volatile.Read(ref asked);

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        Interlocked.Increment(ref asked);
        try
        {
            if (Gate is { } gate) await gate.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            GivenUp.TrySetResult();
            throw;
        }

        return await inner.FetchAsync(request, cancellation);
    }
}
