namespace Sluice.Edge.Serving;

/// <summary>What of late could not be shared: those who ask for it again do not wait for one another's answers, which they could not use.</summary>
/// <remarks>A fixed number of hashes, each until another takes its place: however many such URLs there are, those asked for now are known, and long ones take no memory.</remarks>
internal sealed class KnownUncacheable
{
    private readonly int[] hashes = new int[1 << 14];

    public bool Contains(string name) => Volatile.Read(ref PlaceOf(name, out var hash)) == hash;

    public void Add(string name) => Volatile.Write(ref PlaceOf(name, out var hash), hash);

    /// <summary>It can be shared after all.</summary>
    public void Remove(string name) => Interlocked.CompareExchange(ref PlaceOf(name, out var hash), 0, hash);

    private ref int PlaceOf(string name, out int hash)
    {
        hash = name.GetHashCode(StringComparison.Ordinal);
        return ref hashes[(uint)hash % (uint)hashes.Length];
    }
}
