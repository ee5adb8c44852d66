using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Origins;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Answers of the edge's own: a problem document (RFC 9457) that is never cached.</summary>
internal static class Refusal
{
    public static Task SendAsync(HttpContext context, int status, string title, string detail, EdgeCounters counters, string? allow = null, string? challenge = null, string? allowOrigin = null)
    {
        counters.Count(Outcome.Refused, 0);
        counters.CountError(status);
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        response.Clear();
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        if (allow is not null) response.Headers.Allow = allow;
        if (challenge is not null) response.Headers.WWWAuthenticate = challenge;
        if (allowOrigin is not null) response.Headers.AccessControlAllowOrigin = allowOrigin;
        response.ContentType = "application/problem+json";
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["title"] = title, ["status"] = status, ["detail"] = detail }, ProblemJson.Default.DictionaryStringObject);
        response.ContentLength = body.Length;
        StatusFields.Write(response.Headers, new Verdict(Outcome.Refused));
        response.Headers.Remove("X-Cache-Status");
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>An origin that gave no answer: 504 when it took too long, its own 401 or 403 where it refused this client a part of what is stored, else 502.</summary>
    /// <remarks>A player on another site's page has to see the status: what it may not see has status 0 to it, and hls.js, for one, asks for no manifest again after that.</remarks>
    public static Task SendAsync(HttpContext context, OriginException failure, EdgeCounters counters, string? allowOrigin) =>
        failure.Refusal is { } refusal ? SendAsync(context, refusal.Status, "The origin refused.", failure.Message, counters, challenge: refusal.Challenge, allowOrigin: allowOrigin)
        : failure.Failure == OriginFailure.Timeout
            ? SendAsync(context, 504, "The origin took too long.", failure.Message, counters, allowOrigin: allowOrigin)
            : SendAsync(context, 502, "The origin gave no usable answer.", failure.Message, counters, allowOrigin: allowOrigin);
}
