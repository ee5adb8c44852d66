using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Origins;

namespace Sluice.Edge.Requests;

/// <summary>A body that its client keeps until it is asked for (<c>Expect: 100-continue</c>).</summary>
/// <remarks>
/// Where the answer comes first, nobody knows whether the client sends the body or its next request, which Kestrel would read as the body, and what follows as a request. So
/// the connection ends with that answer (RFC 9110 section 10.1.1).
/// </remarks>
public sealed class ExpectedBody : BodyStream
{
    private readonly Stream inner;
    private bool isAskedFor;

    private ExpectedBody(Stream inner) => this.inner = inner;

    /// <summary>Sees to it for a request.</summary>
    public static void Watch(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Expect.Count == 0 || !HttpProtocol.IsHttp11(request.Protocol) || context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true) return;
        var body = new ExpectedBody(request.Body);
        request.Body = body;
        context.Response.OnStarting(() =>
        {
            if (!body.isAskedFor) context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        isAskedFor = true;
        return inner.ReadAsync(buffer, cancellationToken);
    }
}
