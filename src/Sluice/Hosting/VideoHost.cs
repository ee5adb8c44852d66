using System.Net;
using Sluice.Configuration;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Video.Lifetimes;
using Sluice.Video.Metadata;
using Sluice.Video.Planning;
using Sluice.Video.Variants;

namespace Sluice.Hosting;

/// <summary>Variants of videos: one ffmpeg queue for the server, one transform for each route.</summary>
internal sealed class VideoHost(SluiceOptions options, ILoggerFactory logging, TimeProvider time) : IAsyncDisposable
{
    private readonly List<VideoTransform> transforms = [];

    /// <summary>Makes the variants of all routes.</summary>
    public VariantMaker Maker { get; } = new(VideoSetup.Limits(options.Video), Environment.GetEnvironmentVariable("PATH"), logging, time);

    /// <summary>How long answers for variants are used unasked.</summary>
    public VariantLifetimes Lifetimes { get; } = VideoSetup.Lifetimes(options.Video);

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
        transforms.Add(transform);
        return transform;
    }

    /// <summary>What is known of a stored variant; null for an object that is none.</summary>
    public VariantMetadata? Describe(CachedObject stored) => transforms.Find(transform => transform.Origin.Scope == stored.Scope.Name)?.Describe(stored);

    /// <summary>Says once what is missing, if anything is.</summary>
    public async Task ReportAsync(ILogger logger)
    {
        var (tools, reason) = await Maker.Tools;
        if (tools is null && options.Routes.Exists(route => route.Video.Enabled))
            logger.LogWarning("Variants of videos cannot be made: {Reason}; {Advice}. Originals play", reason, Sluice.Video.Ffmpeg.FfmpegTools.Advice);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Maker.DisposeAsync();
}
