using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

namespace Sluice.Configuration;

/// <summary>Turns the presign section into the options of presigned URLs.</summary>
internal static class PresignSetup
{
    /// <summary>Options for a bucket in a role.</summary>
    public static PresignedUrlsOptions Options(PresignSection section, string storageType) => new()
    {
        Expires = TimeSpan.FromSeconds(section.ExpiresInSeconds),
        RefreshThreshold = section.RefreshThreshold,
        RefreshBefore = section.RefreshBefore,
        CacheBufferFactor = section.CacheBufferFactor,
        MinimumRemaining = section.MinimumRemaining,
        Stable = section.Stable,
        Share = section.Share,
        AdaptiveMaximum = section.AdaptiveMaximum,
        MaximumEntries = section.MaximumEntries,
        VerifyBeforeUse = section.VerifyBeforeUse,
        StorageType = storageType,
    };

    /// <summary>Options for a bucket in a role, with its replicas (row PRE-17). They hold the same keys, so that prefix and profile are the bucket's.</summary>
    public static PresignedUrlsOptions Options(PresignSection section, string storageType, S3OriginOptions bucket) => Options(section, storageType) with
    {
        Regions = section.Regions.Where(r => (r.Of ?? bucket.Bucket) == bucket.Bucket)
            .ToDictionary(r => r.Region, r => bucket with { Bucket = r.Bucket, Region = r.Region, Endpoint = r.Endpoint, ForcePathStyle = r.PathStyle }),
    };

    /// <summary>What is wrong with the replicas, by place in the list, beyond what the bucket's own rules say.</summary>
    public static IEnumerable<(int Index, string Problem, string Remedy)> RegionErrors(SluiceOptions options)
    {
        var buckets = options.Routes.SelectMany(route => route.Origins).Where(o => o.S3 is { Bucket.Length: > 0 }).Select(o => o.S3!.Bucket).Distinct().ToList();
        var seen = new HashSet<(string, string?)>();
        for (var i = 0; i < options.Presign.Regions.Count; i++)
        {
            var replica = options.Presign.Regions[i];
            var of = replica.Of ?? (buckets is [var only] ? only : null);
            if (replica.Region.Length == 0 || replica.Bucket.Length == 0) yield return (i, "says no region or no bucket", "write { \"region\": \"us-west-2\", \"bucket\": \"media-us\" }");
            else if (of is null && buckets.Count > 0) yield return (i, $"may be of {string.Join(" or ", buckets)}", "say which by \"of\"");
            else if (of is null || !buckets.Contains(of)) yield return (i, of is null ? "is a replica, but no route has a bucket" : $"\"{of}\" is no bucket of a route", "check the name, or leave the replica out");
            else if (!seen.Add((replica.Region, of))) yield return (i, $"is a second replica of {of} in {replica.Region}", "remove one of them");
            else
                foreach (var error in new S3OriginOptions { Bucket = replica.Bucket, Region = replica.Region, Endpoint = replica.Endpoint }.Errors()) yield return (i, error.TrimEnd('.'), "see docs/configuration.md, presign");
        }
    }
}
