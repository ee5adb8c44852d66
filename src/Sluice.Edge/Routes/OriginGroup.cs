using System.Runtime.ExceptionServices;
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
        OriginResponse? answer = null;
        OriginException? failure = null;
        var isSpent = false;
        try
        {
            for (var i = 0; i < origins.Count && !isSpent; i++)
            {
                // A body that was streamed to one origin cannot be sent again, and what may have been done must not be done twice (RFC 9110 section 9.2.2).
                isSpent = request.Body is not null || !IsIdempotent(request.Method);
                try
                {
                    var next = await origins[i].FetchAsync(request, cancellation);
                    if (answer is null || Weight(request, next) > Weight(request, answer)) (answer, next) = (next, answer);
                    if (next is not null) await next.DisposeAsync();
                    if (Weight(request, answer) == Accepted) break;
                }
                catch (OriginException thrown)
                {
                    failure ??= thrown;
                    // Nothing went out: the body is still whole, and nothing was done.
                    if (thrown.IsUnsent) isSpent = false;
                }
            }

            // "Not found" of one is no proof while another, which may have it, did not answer: nothing good is to be replaced by that.
            if (failure is not null && (answer is null || Weight(request, answer) < Another)) ExceptionDispatchInfo.Throw(failure);
            var given = answer!;
            answer = null;
            return given;
        }
        finally
        {
            if (answer is not null) await answer.DisposeAsync();
        }
    }

    private const int Another = 3;

    private const int Accepted = 4;

    /// <summary>How much an answer counts beside those of the other origins.</summary>
    private static int Weight(OriginRequest request, OriginResponse response) => response.Status switch
    {
        404 => 0,
        // The version that is held may be another origin's; where that fails, what this one has is better than no answer for as long as the held one is fresh.
        412 when request.Require is not null => Another,
        412 => 1,
        >= 500 => 2,
        // Who does not know If-Match says so by its tag.
        200 or 206 when request.Require is { IsStrong: true } required && response.Version.ETag != required.ETag => Another,
        _ => Accepted,
    };

    private static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE";
}
