namespace Sluice.Video.Lifetimes;

/// <summary>How long answers for variants are used unasked (rows TTL-01 to TTL-05, TTL-12, CFG-05, decision D07).</summary>
public sealed record VariantLifetimes
{
    /// <summary>2xx. Default 24 hours.</summary>
    public TimeSpan Ok { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>3xx. Default 1 hour.</summary>
    public TimeSpan Redirects { get; init; } = TimeSpan.FromSeconds(3_600);

    /// <summary>4xx. Default 60 seconds.</summary>
    public TimeSpan ClientError { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>5xx. Default 10 seconds; an error never replaces a good variant (decision D08).</summary>
    public TimeSpan ServerError { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the lifetime of much used variants may become. Default null: all have the same.</summary>
    public TimeSpan? AdaptiveMaximum { get; init; }

    /// <summary>The lifetime of an answer.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="uses">How often the variant was asked for within its last lifetime: each tenfold doubles the next, up to <see cref="AdaptiveMaximum"/>.</param>
    public TimeSpan For(int status, long uses = 0)
    {
        if (status >= 500) return ServerError;
        if (status >= 400) return ClientError;
        if (status >= 300) return Redirects;
        if (AdaptiveMaximum is not { } longest || longest <= Ok || uses < 10) return Ok;
        var grown = Ok * Math.Pow(2, Math.Floor(Math.Log10(uses)));
        return grown < longest ? grown : longest;
    }
}
