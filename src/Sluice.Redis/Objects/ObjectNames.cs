namespace Sluice.Redis.Objects;

/// <summary>The names of a shared object in Redis. In a cluster all of them lie in one slot: the base key is in braces.</summary>
internal readonly record struct ObjectNames
{
    public ObjectNames(string prefix, string scope, string target, bool isCluster)
    {
        // A brace within would end the part that decides about the slot.
        var key = $"object:{scope} {target}";
        Base = isCluster ? $"{prefix}{{{key.Replace("}", "%7D", StringComparison.Ordinal)}}}" : prefix + key;
    }

    /// <summary>The manifest.</summary>
    public string Base { get; }

    /// <summary>Whose turn it is.</summary>
    public string Lease => Base + "_lease";

    /// <summary>A part of the body.</summary>
    public string Chunk(int number) => $"{Base}_chunk_{number}";

    /// <summary>The target comes first, so that a prefix of paths is a prefix of these.</summary>
    public static string IndexKey(string scope, string target) => $"{target}\n{scope}";

    /// <summary>Scope and target of an index key.</summary>
    public static (string Scope, string Target) Parse(string indexKey)
    {
        var line = indexKey.IndexOf('\n', StringComparison.Ordinal);
        return (indexKey[(line + 1)..], indexKey[..line]);
    }
}
