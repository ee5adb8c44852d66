using System.Net;
using Sluice.Configuration;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Routes;
using Sluice.Video.Lifetimes;
using Sluice.Video.Metadata;
using Sluice.Video.Planning;
using Sluice.Video.Variants;

namespace Sluice.Hosting;

/// <summary>Variants of videos: one ffmpeg queue for the server, one transform for each route.</summary>
internal sealed class VideoHost(SluiceOptions options, ILoggerFactory logging, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan BoundEvery = TimeSpan.FromSeconds(5);

    // Of every origin that had any since start, the latest first.
    private volatile VideoTransform[] transforms = [];
    private ITimer? bounding;

    /// <summary>Makes the variants of all routes.</summary>
    public VariantMaker Maker { get; } = new(VideoSetup.Limits(options.Video), Environment.GetEnvironmentVariable("PATH"), logging, time);

    /// <summary>How long answers for variants are used unasked.</summary>
    public VariantLifetimes Lifetimes { get; } = VideoSetup.Lifetimes(options.Video);

    /// <summary>When a use of a variant begins its lifetime anew; null for never.</summary>
    public Renewal? Renewal { get; } = options.Video.KvTtl is { Refresh: true } ttl ? new(ttl.RefreshElapsed, ttl.RefreshRemaining) : null;

    /// <summary>Keeps the variants in <paramref name="cache"/> within their bound, where they have one.</summary>
    public void Bound(ObjectCache cache)
    {
        if (options.Video.KvMaximum is not (> 0 and var most)) return;
        bounding = time.CreateTimer(_ => cache.Trim(Array.ConvertAll(transforms, transform => transform.Origin.Scope), most), null, BoundEvery, BoundEvery);
    }

    /// <summary>The transform of a route.</summary>
    public ITransform For(RouteSection route, IReadOnlyList<IOrigin> origins)
    {
        var from = NetworkText.Parse(route.Video.DebugFrom);
        var transform = new VideoTransform(
            route.Name!,
            string.Join('|', origins.Select(origin => origin.Scope)),
            new VideoPlanner(VideoSetup.Policy(options.Video, route.Video), time),
            Maker,
            query => from.Count == 0 ? query.IsLocal : IPAddress.TryParse(query.Client, out var client) && from.Any(network => network.Contains(client)));
        transforms = [transform, .. transforms.Where(former => former.Origin.Scope != transform.Origin.Scope)];
        return transform;
    }

    /// <summary>What is known of a stored variant; null for an object that is none.</summary>
    public VariantMetadata? Describe(CachedObject stored) => Array.Find(transforms, transform => transform.Origin.Scope == stored.Scope.Name)?.Describe(stored);

    /// <summary>Says once what is missing, if anything is.</summary>
    public async Task ReportAsync(ILogger logger)
    {
        var (tools, reason, _) = await Maker.Tools;
        if (tools is null && options.Routes.Exists(route => route.Video.Enabled))
            logger.LogWarning("Variants of videos cannot be made: {Reason}; {Advice}. Originals play", reason, Sluice.Video.Ffmpeg.FfmpegTools.Advice);
    }

    public async ValueTask DisposeAsync()
    {
        if (bounding is not null) await bounding.DisposeAsync();
        await Maker.DisposeAsync();
    }
}
