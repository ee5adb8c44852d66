using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Sluice.Edge.Tests.Embedding;

/// <summary>Middleware before the cache that limits how long a request may take, as UseRequestTimeouts does: by a token of its own in the place of the client's.</summary>
public sealed class TimeLimitTests
{
    private readonly CancellationTokenSource limit = new();

    // It was 499, which is for clients who have left and get nothing.
    [Fact]
    public async Task Get_LimitPassesBeforeTheAnswer_IsAnsweredByWhoSetIt()
    {
        var asked = new TaskCompletionSource();
        await using var app = await StartAsync(app => app.MapGet("/slow", async (HttpContext context) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }));
        var answer = app.SendAsync("/slow");
        await asked.Task;
        await limit.CancelAsync();
        Assert.Equal((HttpStatusCode.GatewayTimeout, "too slow"), ((await answer).Head.StatusCode, (await answer).Body));
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("max-age=60")]
    public async Task Get_LimitPassesWithinABodyWithoutLength_IsCutOff(string cacheControl)
    {
        await using var app = await StartAsync(app => app.MapGet("/long", async (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = cacheControl;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }));
        using var answer = await app.Client.GetAsync("/long", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[4]);
        await limit.CancelAsync();
        Assert.IsNotType<EndOfStreamException>(await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1])));
    }

    private Task<EmbeddedApp> StartAsync(Action<WebApplication> map) => EmbeddedApp.StartAsync(
        app =>
        {
            app.Use(async (context, next) =>
            {
                var client = context.RequestAborted;
                using var either = CancellationTokenSource.CreateLinkedTokenSource(client, limit.Token);
                context.RequestAborted = either.Token;
                try
                {
                    await next(context);
                }
                catch (OperationCanceledException) when (!client.IsCancellationRequested && !context.Response.HasStarted)
                {
                    context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
                    await context.Response.WriteAsync("too slow", client);
                }
            });
            app.UseSluice();
            map(app);
        },
        TimeProvider.System);
}
