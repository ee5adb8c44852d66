using Sluice.Core.Objects;

namespace Sluice.Edge.Freshness;

/// <summary>What a 304, or a 200 to HEAD, changes in a stored object (RFC 9111 sections 3.2 and 4.3.5): every field it brings replaces the stored one, but those that tell which bytes are stored.</summary>
internal static class MetadataUpdate
{
    public static HeaderList Merge(ObjectMetadata stored, HeaderList fresh)
    {
        var merged = new HeaderList(stored.Headers.Where(line => !fresh.Contains(line.Key) || TellsBytes(stored, line.Key)));
        foreach (var (name, value) in fresh)
            if (!TellsBytes(stored, name)) merged.Add(name, value);
        return merged;
    }

    /// <summary>True when a 200 to HEAD tells of the stored object: no validator and no length it brings says otherwise, and where there are validators one of them says so (section 4.3.5).</summary>
    /// <remarks>What never was fresh and has no validators was another's answer: his fields are not to be put among those of this one. To take an answer without any for the version that is stored would keep that, under the fields of another, for as long as somebody asks by HEAD.</remarks>
    public static bool IsSame(ObjectMetadata stored, int status, HeaderList fresh) =>
        status == 200 && !IsAnother(stored, status, fresh)
        && (fresh.Contains("ETag") || fresh.Contains("Last-Modified") || stored is { Version: { ETag: null, LastModified: null }, Freshness.HasLifetime: true });

    /// <summary>True when a 200 to HEAD says that the stored object is another version, by a validator or its length.</summary>
    public static bool IsAnother(ObjectMetadata stored, int status, HeaderList fresh) =>
        status == 200
        && !(stored.Status == 200
            && Agrees(fresh.First("ETag"), stored.Version.ETag)
            && Agrees(fresh.First("Last-Modified"), stored.Version.LastModified)
            && Agrees(fresh.First("Content-Length"), stored.Length?.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static bool Agrees(string? received, string? held) => received is null || received == held;

    // Another ETag would no longer name the bytes that are held (section 4.3.4). Ranges and lengths are made anew for each reply.
    private static bool TellsBytes(ObjectMetadata stored, string name) =>
        name.Equals("ETag", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || (name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase) && !stored.Headers.Contains(name));
}
