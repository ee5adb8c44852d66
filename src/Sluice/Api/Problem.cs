using Microsoft.AspNetCore.WebUtilities;

namespace Sluice.Api;

/// <summary>A problem document (RFC 9457).</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status code.</param>
/// <param name="Detail">What went wrong and what to do, for a person.</param>
/// <param name="RequestId">The id under which the log tells more.</param>
internal sealed record Problem(string Title, int Status, string Detail, string RequestId)
{
    /// <summary>What it is sent as.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Answers with a problem document.</summary>
    public static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new Problem(ReasonPhrases.GetReasonPhrase(status), status, detail, context.TraceIdentifier), ApiJson.Wire.Problem, MediaType, context.RequestAborted);
    }
}
