using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;

namespace Sluice.Edge.Variants;

/// <summary>The original in place of a variant that could not be made (rows U070, U071), and what its answer says about that.</summary>
internal static class OriginalInstead
{
    /// <summary>The field by which a transform says why it failed.</summary>
    public const string ReasonField = "X-Error-Reason";

    /// <summary>True for failures that the original helps against: neither "there is no such object" nor "come back later" nor "not on this server" is one.</summary>
    public static bool Helps(int status) => status is 400 or 413 or 415 or 422 or 429 or 500 or 502 or 504;

    /// <summary>Marks the answer that is about to be given.</summary>
    public static void Mark(HttpContext context, int status, HeaderList failure) =>
        context.Response.OnStarting(static state =>
        {
            var (response, status, reason) = ((HttpResponse, int, string))state;
            response.Headers["X-Fallback-Applied"] = "true";
            response.Headers["X-Fallback-Reason"] = reason;
            response.Headers["X-Original-Error-Status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            // A page of another site that may see the answer may see what it is.
            if (response.Headers.AccessControlExposeHeaders is { Count: > 0 } exposed) response.Headers.AccessControlExposeHeaders = exposed + ", X-Fallback-Applied, X-Fallback-Reason";
            // The next request may find the variant.
            response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, (context.Response, status, failure.First(ReasonField) ?? "the variant could not be made"));
}
