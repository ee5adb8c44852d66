using Sluice.Core.Objects;

namespace Sluice.Core.Tags;

/// <summary>Orders purges against the end of fetches: what a fetch that began before a purge brings is not stored if the purge selects it.</summary>
internal sealed class PurgeLog
{
    /// <summary>Purges remembered of each sort. A fetch that began before one that is forgotten counts as selected: it is fetched again, never wrong. Every successful POST is a purge by URL, and a long video may be fetched for minutes.</summary>
    private const int Named = 16_384, Prefixes = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<(PurgeKind Kind, string Value), long> last = [];
    private readonly Queue<(long Number, (PurgeKind Kind, string Value) Name)> named = new();
    private readonly Queue<(long Number, string Value)> prefixes = new();
    private long sequence, forgotten;

    /// <summary>Number of purges so far.</summary>
    public long Sequence => Volatile.Read(ref sequence);

    /// <summary>Enters a purge; <paramref name="select"/> runs so that nothing is stored between the entry and the selection.</summary>
    public void Add(PurgeRequest request, Action select)
    {
        lock (gate)
        {
            var number = sequence + 1;
            if (request.Kind == PurgeKind.Prefix) AddPrefix(number, request.Value);
            else AddNamed(number, (request.Kind, PurgeRequest.NameOf(request.Value)));
            Volatile.Write(ref sequence, number);
            select();
        }
    }

    /// <summary>Runs <paramref name="work"/> so that nothing is stored, selected or goes back to the index meanwhile.</summary>
    public void Pause(Action work)
    {
        lock (gate) work();
    }

    /// <summary>Runs <paramref name="commit"/> unless a purge since <paramref name="fence"/> selects the object.</summary>
    public bool TryCommit(long fence, string target, ObjectMetadata metadata, Func<bool> commit)
    {
        lock (gate) return !(fence < sequence && IsSelected(fence, target, metadata)) && commit();
    }

    private void AddPrefix(long number, string value)
    {
        prefixes.Enqueue((number, value));
        if (prefixes.Count > Prefixes) forgotten = Math.Max(forgotten, prefixes.Dequeue().Number);
    }

    private void AddNamed(long number, (PurgeKind Kind, string Value) name)
    {
        last[name] = number;
        named.Enqueue((number, name));
        if (named.Count <= Named) return;
        var (first, former) = named.Dequeue();
        // One that came again later is still remembered.
        if (last[former] != first) return;
        last.Remove(former);
        forgotten = Math.Max(forgotten, first);
    }

    private bool IsSelected(long fence, string target, ObjectMetadata metadata)
    {
        if (forgotten > fence || IsNamed(PurgeKind.Url, target) || IsNamed(PurgeKind.Source, metadata.Source)) return true;
        foreach (var tag in metadata.Tags)
            if (IsNamed(PurgeKind.Tag, tag)) return true;
        foreach (var (number, value) in prefixes)
            if (number > fence && PurgeRequest.IsBelow(value, target, metadata)) return true;
        return false;

        bool IsNamed(PurgeKind kind, string value) => last.TryGetValue((kind, PurgeRequest.NameOf(value)), out var number) && number > fence;
    }
}
