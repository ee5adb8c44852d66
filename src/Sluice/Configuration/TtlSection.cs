using Sluice.Edge.Routes;

namespace Sluice.Configuration;

/// <summary>Lifetimes by status and kind (rows TTL-01 to TTL-05).</summary>
internal sealed class TtlSection
{
    public TimeSpan Ok { get; set; } = TimeSpan.FromSeconds(86_400);

    public TimeSpan Redirect { get; set; } = TimeSpan.FromSeconds(3_600);

    public TimeSpan ClientError { get; set; } = TimeSpan.FromSeconds(60);

    public TimeSpan ServerError { get; set; } = TimeSpan.FromSeconds(10);

    public Dictionary<string, ExtensionPolicy> ByExtension { get; } = new(RoutePolicy.DefaultByExtension, StringComparer.OrdinalIgnoreCase);
}
