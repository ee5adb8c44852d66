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

    /// <summary>True where nothing was set to anything else.</summary>
    public bool SaysNothing()
    {
        var none = new TtlSection();
        return (Ok, Redirect, ClientError, ServerError) == (none.Ok, none.Redirect, none.ClientError, none.ServerError)
            && ByExtension.Count == none.ByExtension.Count && !ByExtension.Except(none.ByExtension).Any();
    }
}
