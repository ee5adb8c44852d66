namespace Sluice.Catalog.Jobs;

/// <summary>How far a job is, as its worker last said; read by whoever keeps the lease.</summary>
internal sealed class JobProgress
{
    private sealed record State(string Stage, double Share);

    private volatile State state = new("", 0);
    private volatile bool isOver;

    /// <summary>What the worker is at, and how much of the job is done, 0 to 1.</summary>
    public (string Stage, double Share) Now => (state.Stage, state.Share);

    /// <summary>True when the job is about to be ended by its worker, so that nobody has it any more.</summary>
    public bool IsOver
    {
        get => isOver;
        set => isOver = value;
    }

    /// <summary>Says how far it is.</summary>
    public void Set(string stage, double share) => state = new(stage, share);
}
