namespace Sluice.Redis.KeyValue;

/// <summary>
/// The names that a namespace has in Redis. A key of the documented form (<c>presigned:…</c> in the namespace of presigned URLs, <c>video:…</c> in that of
/// the catalog) is its own name, so that people find it; any other is <c>sluice:{namespace}:{key}</c>. What belongs to the namespace as a whole begins with <c>sluice.</c>
/// In a cluster everything of a namespace lies in one slot: its name stands in braces.
/// </summary>
internal sealed class RedisNames
{
    private readonly string own;

    /// <param name="prefix">What every key begins with.</param>
    /// <param name="space">Name of the namespace.</param>
    /// <param name="form">What keys of the documented form begin with; empty for none.</param>
    /// <param name="isCluster">Names for a cluster.</param>
    public RedisNames(string prefix, string space, string form, bool isCluster)
    {
        own = Uri.EscapeDataString(space);
        if (isCluster) own = $"{{{own}}}";
        (Base, Form) = (prefix, isCluster ? "" : form);
        Values = $"{prefix}sluice:{own}:";
        Tags = $"{prefix}sluice.tag:{own}:";
    }

    /// <summary>What every key begins with.</summary>
    public string Base { get; }

    /// <summary>What keys begin with that are their own names; empty for none.</summary>
    public string Form { get; }

    /// <summary>What the names of the other keys begin with.</summary>
    public string Values { get; }

    /// <summary>What the names of tag sets begin with.</summary>
    public string Tags { get; }

    /// <summary>Hash: key to a JSON of its size, expiry and tags.</summary>
    public string Index => $"{Base}sluice.index:{own}";

    /// <summary>Sorted set: key by its last use.</summary>
    public string Used => $"{Base}sluice.used:{own}";

    /// <summary>Sorted set: key by the millisecond it expires.</summary>
    public string Expires => $"{Base}sluice.expires:{own}";

    /// <summary>Number: bytes of keys and values.</summary>
    public string Size => $"{Base}sluice.size:{own}";

    /// <summary>Where a value is.</summary>
    public string Of(string key) => Form.Length > 0 && key.StartsWith(Form, StringComparison.Ordinal) ? Base + key : Values + key;

    /// <summary>Which key a name stands for; null when it is not of this namespace.</summary>
    public string? KeyOf(string name)
    {
        if (name.StartsWith(Values, StringComparison.Ordinal)) return name[Values.Length..];
        return Form.Length > 0 && name.StartsWith(Base + Form, StringComparison.Ordinal) ? name[Base.Length..] : null;
    }
}
