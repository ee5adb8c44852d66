using Sluice.Edge.Routes;
using Sluice.Video.Lifetimes;

namespace Sluice.Configuration;

/// <summary>How long answers for variants are used unasked.</summary>
internal sealed class KvTtlSection
{
    private static readonly VariantLifetimes Defaults = new();

    public TimeSpan Ok { get; set; } = Defaults.Ok;

    public TimeSpan Redirects { get; set; } = Defaults.Redirects;

    public TimeSpan ClientError { get; set; } = Defaults.ClientError;

    public TimeSpan ServerError { get; set; } = Defaults.ServerError;

    public TimeSpan? AdaptiveMaximum { get; set; }

    public bool Refresh { get; set; }

    public int RefreshElapsed { get; set; } = Renewal.Default.ElapsedPercent;

    public TimeSpan RefreshRemaining { get; set; } = Renewal.Default.Remaining;
}
