namespace Sluice.Api;

/// <summary>What the OpenApi document tells of refusals.</summary>
internal static class Refusals
{
    /// <summary>Says with which statuses an endpoint refuses; each is a problem document.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) endpoint.Produces<Problem>(status, Problem.MediaType);
        return endpoint;
    }
}
