namespace Sluice.Edge.Fields;

/// <summary>A comma-separated list of tokens such as Vary, Connection or the argument of no-cache, read without allocating.</summary>
internal ref struct FieldNames
{
    private ReadOnlySpan<char> rest;

    /// <summary>The members of one line's value.</summary>
    public FieldNames(ReadOnlySpan<char> list) => rest = list;

    /// <summary>The member <see cref="MoveNext"/> found: never empty, without surrounding white space.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Goes to the next member that is not empty.</summary>
    public bool MoveNext()
    {
        rest = rest.TrimStart(" \t,");
        if (rest.IsEmpty) return false;
        var comma = rest.IndexOf(',');
        Current = (comma < 0 ? rest : rest[..comma]).TrimEnd(" \t");
        rest = comma < 0 ? default : rest[comma..];
        return true;
    }

    /// <summary>Makes it usable in foreach.</summary>
    public readonly FieldNames GetEnumerator() => this;

    /// <summary>True for a list of at least one member, all of them tokens. A field list that is not cannot narrow a directive, which then holds for the whole response.</summary>
    public static bool AreNames(ReadOnlySpan<char> list)
    {
        var any = false;
        foreach (var name in new FieldNames(list))
        {
            if (!Tokens.IsToken(name)) return false;
            any = true;
        }
        return any;
    }
}
