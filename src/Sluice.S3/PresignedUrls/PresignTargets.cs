using Sluice.S3.Objects;

namespace Sluice.S3.PresignedUrls;

/// <summary>The bucket and its replicas by region (row PRE-17).</summary>
internal sealed class PresignTargets(PresignTarget main, IReadOnlyDictionary<string, PresignTarget> regions)
{
    /// <summary>Looks up what the options leave open.</summary>
    /// <exception cref="ArgumentException">They will not do.</exception>
    public static PresignTargets Create(S3OriginOptions bucket, PresignedUrlsOptions options)
    {
        var main = PresignTarget.Create(bucket);
        if (options.Regions.ContainsKey(main.Region)) throw new ArgumentException($"The region '{main.Region}' is that of the bucket {bucket.Bucket} itself: its replica there would never be used.");
        return new(main, options.Regions.ToDictionary(pair => pair.Key, pair => PresignTarget.Create(pair.Value with { Region = pair.Value.Region ?? pair.Key })));
    }

    /// <summary>The bucket that is asked for; null when the region is not known.</summary>
    public PresignTarget? For(PresignOptions options) => options.Region is not { } region || region == main.Region ? main : regions.GetValueOrDefault(region);

    /// <summary>The bucket that is asked for, once all is in order.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public PresignTarget Check(PresignKey key)
    {
        var errors = key.Options.Errors();
        if (errors.Count > 0) throw new ArgumentException(string.Join(' ', errors));
        var target = For(key.Options) ?? throw new ArgumentException($"There is no bucket for the region '{key.Options.Region}' here: known are {string.Join(", ", regions.Keys.Prepend(main.Region))}.");
        return target.Error(key.Path) is { } wrong ? throw new ArgumentException(wrong) : target;
    }
}
