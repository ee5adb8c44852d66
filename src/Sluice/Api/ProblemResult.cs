namespace Sluice.Api;

/// <summary>A problem document as the result of an endpoint.</summary>
internal sealed class ProblemResult(int status, string detail) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => Problem.WriteAsync(httpContext, status, detail);
}
