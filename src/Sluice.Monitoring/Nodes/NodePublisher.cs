namespace Sluice.Monitoring.Nodes;

/// <summary>Keeps this node's frames on the board.</summary>
internal sealed class NodePublisher(string id, NodeBoard board, NodeFrames frames, TimeProvider time)
{
    private const int QuietBeats = 5, TrendBeats = 10;
    private int beats, asked;

    /// <summary>Lays out what is due at this beat.</summary>
    public async Task StepAsync(TimeSpan uptime, CancellationToken cancellation)
    {
        if (!board.IsThere) return;
        var isAsked = await board.IsAskedAsync(cancellation);
        // The lines first: a looker waits for the windows, and reads both then.
        if (isAsked && asked % TrendBeats == 0) await board.PublishAsync(frames.MakeTrend(time.GetUtcNow()), true, cancellation);
        if (isAsked || beats % QuietBeats == 0) await board.PublishAsync(await frames.MakeAsync(isAsked, time.GetUtcNow(), uptime, cancellation), false, cancellation);
        (beats, asked) = (beats + 1, isAsked ? asked + 1 : 0);
    }

    /// <summary>Takes this node away.</summary>
    public Task LeaveAsync() => board.LeaveAsync(id);
}
