using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Sluice.Edge.Tests.Embedding;

/// <summary>What an app does when its answer is out: middleware after <c>next</c>, OnCompleted, work behind CompleteAsync. On a server nobody tells it that its client has left, who has not.</summary>
public sealed class AfterTheAnswerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource answered = new();
    private readonly TaskCompletionSource<bool> wasCancelled = new();

    [Theory]
    [InlineData("/length", "GET")]
    [InlineData("/length", "HEAD")]
    [InlineData("/none", "GET")]
    [InlineData("/early", "GET")]
    public async Task RequestAborted_WhileTheAppGoesOn_IsNotCancelled(string path, string method)
    {
        await using var app = await StartAsync(app => app.Use(async (context, next) =>
        {
            await next(context);
            await LookAsync(context);
        }));
        Assert.True((await app.SendAsync(path, method)).Head.IsSuccessStatusCode);
        answered.SetResult();
        Assert.False(await wasCancelled.Task.WaitAsync(Patience));
    }

    [Theory]
    [InlineData("/length")]
    [InlineData("/open")]
    [InlineData("/fails")]
    public async Task RequestAborted_InOnCompleted_IsNotCancelled(string path)
    {
        await using var app = await StartAsync(app => app.Use((context, next) =>
        {
            context.Response.OnCompleted(() => LookAsync(context));
            return next(context);
        }));
        await app.SendAsync(path);
        answered.SetResult();
        Assert.False(await wasCancelled.Task.WaitAsync(Patience));
    }

    // The server has answered, and knows nothing of the request that the cache made.
    [Fact]
    public async Task Stop_WhileTheAppGoesOn_WaitsForIt()
    {
        var isOver = false;
        await using var app = await StartAsync(app => app.Use((context, next) =>
        {
            context.Response.OnCompleted(async () =>
            {
                await LookAsync(context);
                isOver = true;
            });
            return next(context);
        }), builder => builder.Services.AddHostedService(_ => new AtTheEnd(answered.SetResult)));
        await app.SendAsync("/length");
        await app.Services.GetRequiredService<IHost>().StopAsync();
        Assert.True(isOver);
    }

    // Without a client's answer it is to hear of it as ever.
    [Fact]
    public async Task RequestAborted_ClientLeavesWithinTheBody_IsCancelled()
    {
        var told = new TaskCompletionSource();
        await using var app = await StartAsync(app => app.Use(async (HttpContext context, RequestDelegate _) =>
        {
            context.Response.ContentLength = 8;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.RequestAborted.Register(told.SetResult);
            await told.Task;
        }));
        using (await app.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead))
        {
        }

        await told.Task.WaitAsync(Patience);
    }

    // When the answer is out the cache lets go of it at once, but not in the same step: a cancelled one is seen within this.
    private async Task LookAsync(HttpContext context)
    {
        await answered.Task;
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, context.RequestAborted);
            wasCancelled.SetResult(false);
        }
        catch (OperationCanceledException)
        {
            wasCancelled.SetResult(true);
        }
    }

    private static Task<EmbeddedApp> StartAsync(Action<WebApplication> before, Action<WebApplicationBuilder>? build = null) => EmbeddedApp.StartAsync(
        app =>
        {
            app.UseSluice();
            before(app);
            app.MapMethods("/length", ["GET", "HEAD"], (HttpContext context) =>
            {
                context.Response.ContentLength = 5;
                return context.Response.WriteAsync("bytes");
            });
            app.MapGet("/open", () => "bytes");
            app.MapGet("/none", (HttpContext context) =>
            {
                context.Response.StatusCode = 204;
                return context.Response.StartAsync();
            });
            app.MapGet("/early", async (HttpContext context) =>
            {
                await context.Response.WriteAsync("early");
                await context.Response.CompleteAsync();
            });
            app.MapGet("/fails", void () => throw new InvalidOperationException("on purpose"));
        },
        TimeProvider.System,
        build: build);

    // Hosted services stop in the reverse of their order: the server first, as it comes last, then this one.
    private sealed class AtTheEnd(Action stopping) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            stopping();
            return Task.CompletedTask;
        }
    }
}
