using Sluice.Core.Objects;

namespace Sluice.Edge.Freshness;

/// <summary>What a 304 changes in a stored object (RFC 9111 section 3.2): every field it brings replaces the stored one, but those that describe the stored bytes.</summary>
internal static class MetadataUpdate
{
    public static HeaderList Merge(ObjectMetadata stored, HeaderList fresh)
    {
        var merged = new HeaderList(stored.Headers.Where(line => !fresh.Contains(line.Key) || DescribesBytes(line.Key)));
        foreach (var (name, value) in fresh)
            if (!DescribesBytes(name)) merged.Add(name, value);
        return merged;
    }

    /// <summary>Without the fields that are made anew for each reply.</summary>
    public static HeaderList Stored(HeaderList merged)
    {
        var stored = new HeaderList(merged);
        stored.Remove("Age");
        return stored;
    }

    private static bool DescribesBytes(string name) =>
        name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-MD5", StringComparison.OrdinalIgnoreCase)
        || name.Equals("ETag", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
}
