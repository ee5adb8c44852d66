namespace Sluice.Core.Tags;

/// <summary>Orders purges against the end of fetches: what a fetch that began before a purge brings is not stored if the purge selects it.</summary>
internal sealed class PurgeLog
{
    /// <summary>Purges remembered. A fetch that began before the oldest of them counts as selected: it is fetched again, never wrong.</summary>
    private const int Remembered = 1024;

    private readonly Lock gate = new();
    private readonly Queue<PurgeRequest> recent = new();
    private long sequence;

    /// <summary>Number of purges so far.</summary>
    public long Sequence => Volatile.Read(ref sequence);

    /// <summary>Enters a purge; <paramref name="select"/> runs so that nothing is stored between the entry and the selection.</summary>
    public void Add(PurgeRequest request, Action select)
    {
        lock (gate)
        {
            recent.Enqueue(request);
            if (recent.Count > Remembered) recent.Dequeue();
            Volatile.Write(ref sequence, sequence + 1);
            select();
        }
    }

    /// <summary>Runs <paramref name="work"/> so that nothing is stored, selected or goes back to the index meanwhile.</summary>
    public void Pause(Action work)
    {
        lock (gate) work();
    }

    /// <summary>Runs <paramref name="commit"/> unless a purge since <paramref name="fence"/> is selected by <paramref name="selects"/>.</summary>
    public bool TryCommit(long fence, Func<PurgeRequest, bool> selects, Func<bool> commit)
    {
        lock (gate)
        {
            var since = sequence - fence;
            if (since > recent.Count || (since > 0 && recent.TakeLast((int)since).Any(selects))) return false;
            return commit();
        }
    }
}
