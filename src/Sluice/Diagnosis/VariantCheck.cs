using Sluice.Configuration;

namespace Sluice.Diagnosis;

/// <summary>Whether strangers may have variants made as they like.</summary>
internal static class VariantCheck
{
    /// <summary>Looks at every route that makes variants.</summary>
    public static IEnumerable<Finding> Run(SluiceOptions options) =>
        options.Edge.Listen.IsLoopback && options.Edge.BaseUrl is null ? []
        : options.Routes.Where(route => route.Video is { Enabled: true, DerivativesOnly: false, SigningKeys.Count: 0 }).Select(route => Finding.Warn(
            $"variants of {route.Name}",
            "anybody who reaches the edge can have any variant made, which costs processor time",
            "set video.signingKeys or video.derivativesOnly on the route, or video.enabled to false (docs/operations.md, Variants)"));
}
