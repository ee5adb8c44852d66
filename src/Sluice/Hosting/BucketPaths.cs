using Sluice.Configuration;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Hosting;

/// <summary>Under which paths of the edge the objects of buckets are served.</summary>
internal sealed class BucketPaths(SluiceOptions options)
{
    private readonly (PathPattern Pattern, string Bucket, string Prefix)[] served =
        [.. options.Routes.SelectMany(route => route.Origins.Where(origin => origin.S3 is not null).Select(origin => (new PathPattern(route.Pattern), origin.S3!.Bucket, Prefix(origin.S3.Prefix))))];

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

    private static string Prefix(string prefix) => prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
}
