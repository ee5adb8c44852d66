using Sluice.Catalog.Videos;
using Sluice.Configuration;
using Sluice.Core.Tags;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Hosting;

/// <summary>Under which paths of the edge the objects of buckets are served, and what else is made from them.</summary>
internal sealed class BucketPaths
{
    private const string Originals = "originals/";
    private const int IdLength = 36;

    private readonly List<(PathPattern Pattern, string Bucket, string Prefix)> served;
    private readonly (string Bucket, string Prefix)? catalog;

    public BucketPaths(SluiceOptions options)
    {
        served = [.. options.Routes.SelectMany(route => route.Origins.Where(origin => origin.S3 is not null).Select(origin => (new PathPattern(route.Pattern), origin.S3!.Bucket, Prefix(origin.S3.Prefix))))];
        if (options.Catalog is not { Enabled: true, Store.S3: { } store }) return;
        catalog = (store.Bucket, Prefix(store.Prefix));
        served.Add((new PathPattern(CatalogRoute.Pattern), store.Bucket, Prefix(store.Prefix)));
    }

    /// <summary>The paths of an object, in normal form; none when no route serves it.</summary>
    public IEnumerable<string> PathsOf(string bucket, string key)
    {
        foreach (var (pattern, name, prefix) in served)
        {
            if (name != bucket || !key.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var path = "/" + string.Join('/', key[prefix.Length..].Split('/').Select(Uri.EscapeDataString));
            if (EdgeTarget.TryNormalise(path, out var target, out _) && pattern.Matches(target)) yield return target;
        }
    }

    /// <summary>What has to be purged when an object changes: under each of its paths what is made from it, and of an upload to the catalog the HLS files.</summary>
    public IEnumerable<PurgeRequest> PurgesOf(string bucket, string key)
    {
        foreach (var path in PathsOf(bucket, key).Distinct(StringComparer.Ordinal)) yield return new PurgeRequest(PurgeKind.Source, path);
        if (catalog is not var (name, prefix) || name != bucket || !key.StartsWith(prefix + Originals, StringComparison.Ordinal)) yield break;
        var rest = key.AsSpan(prefix.Length + Originals.Length);
        if (rest.Length > IdLength && rest[IdLength] == '/' && Guid.TryParseExact(rest[..IdLength], "D", out var video)) yield return new PurgeRequest(PurgeKind.Tag, VideoKeys.Tag(video));
    }

    private static string Prefix(string prefix) => prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
}
