using Sluice.Core.Origins;

namespace Sluice.Edge.Routes;

/// <summary>A route's origins as one: the next is asked when one answers 404 or 5xx, or not at all.</summary>
internal sealed class OriginGroup(IReadOnlyList<IOrigin> origins) : IOrigin
{
    public string Name { get; } = string.Join('+', origins.Select(origin => origin.Name));

    public string Scope { get; } = string.Join('|', origins.Select(origin => origin.Scope));

    /// <summary>Only what all of them promise can be relied on.</summary>
    public OriginTraits Traits { get; } = origins.Aggregate((OriginTraits)~0, (traits, origin) => traits & origin.Traits);

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            // A body that was streamed to one origin cannot be sent again.
            var last = i == origins.Count - 1 || request.Body is not null;
            try
            {
                var response = await origins[i].FetchAsync(request, cancellation);
                if (last || response.Status is not (404 or 412 or >= 500)) return response;
                await response.DisposeAsync();
            }
            catch (OriginException) when (!last)
            {
                // The next one may know; if none does, the last one's failure is the answer.
            }
        }
    }
}
