namespace Sluice.S3.PresignedUrls;

/// <summary>A key as asked for: the path may still have its slash, and nothing is allocated to look it up.</summary>
internal readonly ref struct PresignLookup(ReadOnlySpan<char> path, PresignOptions options)
{
    public readonly ReadOnlySpan<char> Path = PresignKey.Normalise(path);
    public readonly PresignOptions Options = options;
}

/// <summary>Compares keys, also with what is asked for.</summary>
internal sealed class PresignKeyComparer : IEqualityComparer<PresignKey>, IAlternateEqualityComparer<PresignLookup, PresignKey>
{
    public static readonly PresignKeyComparer Instance = new();

    public bool Equals(PresignKey x, PresignKey y) => x.Path == y.Path && x.Options.Equals(y.Options);

    public int GetHashCode(PresignKey obj) => string.GetHashCode(obj.Path) ^ obj.Options.GetHashCode();

    public bool Equals(PresignLookup alternate, PresignKey other) => alternate.Path.SequenceEqual(other.Path) && alternate.Options.Equals(other.Options);

    public int GetHashCode(PresignLookup alternate) => string.GetHashCode(alternate.Path) ^ alternate.Options.GetHashCode();

    public PresignKey Create(PresignLookup alternate) => new(alternate.Path.ToString(), alternate.Options);
}
