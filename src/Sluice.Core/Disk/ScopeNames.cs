using System.Text;

namespace Sluice.Core.Disk;

/// <summary>The scopes of the keys in an index, by number: thousands of rows share one. A scope is what stands before the last space of a key.</summary>
internal sealed class ScopeNames
{
    private readonly Lock gate = new();
    private readonly List<byte[]> names = [];
    private int latest;

    /// <summary>The number of a key's scope; a new one where there is none yet.</summary>
    public ushort NumberOf(ReadOnlySpan<byte> key)
    {
        var name = key[..Math.Max(0, key.LastIndexOf((byte)' '))];
        lock (gate)
        {
            if (latest < names.Count && name.SequenceEqual(names[latest])) return (ushort)latest;
            latest = 0;
            while (latest < names.Count && !name.SequenceEqual(names[latest])) latest++;
            // Nobody has so many; if somebody does, the last ones count as one scope.
            if (latest > ushort.MaxValue) latest = ushort.MaxValue;
            else if (latest == names.Count) names.Add(name.ToArray());
            return (ushort)latest;
        }
    }

    /// <summary>All of them, each at its number.</summary>
    public string[] All()
    {
        lock (gate) return [.. names.Select(Encoding.UTF8.GetString)];
    }
}
