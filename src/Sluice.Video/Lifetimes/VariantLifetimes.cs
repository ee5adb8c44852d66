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

    /// <summary>The lifetime of an answer that is new.</summary>
    public TimeSpan For(int status) => status switch { >= 500 => ServerError, >= 400 => ClientError, >= 300 => Redirects, _ => Ok };

    /// <summary>The lifetime of a variant that is confirmed: twice its last one where somebody asked for it before another such time was over, up to <see cref="AdaptiveMaximum"/>; else that of a new one.</summary>
    /// <param name="former">Its last lifetime.</param>
    /// <param name="age">Its age when it was asked for.</param>
    public TimeSpan Next(TimeSpan former, TimeSpan age)
    {
        if (AdaptiveMaximum is not { } longest || longest <= Ok || former < Ok || age > former * 2) return Ok;
        return former * 2 < longest ? former * 2 : longest;
    }
}
