using Sluice.S3.Objects;

namespace Sluice.S3.Tests.Objects;

/// <summary>Where work goes on with what came over a socket.</summary>
public sealed class OffSocketHandlerTests
{
    [Fact]
    public async Task Answer_ThatAThreadOfItsOwnBrings_IsWorkedOnByThePool()
    {
        var brought = new TaskCompletionSource<HttpResponseMessage>();
        using var http = new HttpMessageInvoker(new OffSocketHandler(new Answers(brought.Task)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://bucket.test/");
        var goesOn = http.SendAsync(request, CancellationToken.None)
            .ContinueWith(_ => Thread.CurrentThread.IsThreadPoolThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        // As those that see to sockets do, it runs what waits for it.
        new Thread(() => brought.SetResult(new HttpResponseMessage())).Start();

        Assert.True(await goesOn);
    }

    private sealed class Answers(Task<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer;
    }
}
