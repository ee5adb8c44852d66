using Microsoft.AspNetCore.Http.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Net.Http.Headers;
using Sluice.Edge.Requests;
using Sluice.Logging;

namespace Sluice.Api;

/// <summary>What every API request passes: its id, the guard, and problem documents (RFC 9457) for whatever ends without an answer.</summary>
internal sealed class ApiPipeline(RequestDelegate next, ApiGuard guard, ILogger<ApiPipeline> logger)
{
    /// <summary>Serves a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.Request.Method;
        // What GET would answer; the server leaves out the body (RFC 9110 section 9.3.2). A stream has no end to be left out.
        if (HttpMethods.IsHead(method) && !context.Request.Path.StartsWithSegments(MonitoringEndpoints.StreamPath)) context.Request.Method = HttpMethods.Get;
        try
        {
            await ServeAsync(context);
        }
        finally
        {
            context.Request.Method = method;
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var scope = logger.BeginScope(new RequestScope(RequestIds.Assign(context)));
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        context.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        ExpectedBody.Watch(context);
        if (guard.Refuse(context.Request) is { } refusal)
        {
            if (refusal.Status == StatusCodes.Status401Unauthorized)
                context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"sluice\"";
            await Problem.WriteAsync(context, refusal.Status, refusal.Detail);
            return;
        }
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, e.StatusCode, e.Message);
            return;
        }
        catch (IOException e) when (e.InnerException is SqliteException && !context.Response.HasStarted)
        {
            // The disk is full, or read-only: it says what to do.
            await Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message);
            return;
        }
        catch (Exception e) when (e is not OperationCanceledException && !context.Response.HasStarted)
        {
            logger.LogError(e, "{Method} {Path} failed; this is a defect, please report it with this line", context.Request.Method, context.Request.Path);
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, $"The request failed. The log has the reason under request {context.TraceIdentifier}.");
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await Problem.WriteAsync(context, context.Response.StatusCode, Detail(context));
    }

    private static string Detail(HttpContext context) => context.Response.StatusCode switch
    {
        // What an endpoint refuses itself says why; without a body it is the framework, which could not read a parameter.
        StatusCodes.Status400BadRequest when context.GetEndpoint() is not null => "A parameter has a value that cannot be read. GET /openapi.json says what each takes.",
        StatusCodes.Status404NotFound => $"There is no {context.Request.Path} here. This is the private API; media is served on the edge's address. GET /openapi.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} does not take {context.Request.Method}.",
        StatusCodes.Status415UnsupportedMediaType => "Send JSON, with Content-Type: application/json.",
        _ => context.Features.Get<IHttpResponseFeature>()?.ReasonPhrase ?? "The request could not be answered.",
    };
}
