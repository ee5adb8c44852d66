namespace Sluice.S3.Objects;

/// <summary>
/// Leaves the thread that brought the head of an answer where that one sees to sockets, as in the server: for whoever blocks it to read the body, which only this thread can bring,
/// or works for long with what came, while every client waits whose socket this thread sees to.
/// </summary>
internal sealed class OffSocketHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (!Thread.CurrentThread.IsThreadPoolThread) await Task.Yield();
        return answer;
    }
}
