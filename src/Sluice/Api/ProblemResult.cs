namespace Sluice.Api;

/// <summary>A problem document as the result of an endpoint.</summary>
internal sealed class ProblemResult(int status, string detail) : IResult
{
    /// <summary>What is asked needs the cache, which is being opened.</summary>
    public static ProblemResult Starting => new(StatusCodes.Status503ServiceUnavailable, "The server is starting; ask again in a moment.");

    /// <summary>The body is to be JSON and does not say so.</summary>
    public static ProblemResult NoJson => new(StatusCodes.Status415UnsupportedMediaType, "Send JSON, with Content-Type: application/json.");

    public Task ExecuteAsync(HttpContext httpContext) => Problem.WriteAsync(httpContext, status, detail);
}
