using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Embedding;

/// <summary>What an app behind the cache does wrong.</summary>
public sealed class FailingAppTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Get_TheAppThrows_Is500AndStaleWhereThereIsSomething()
    {
        var broken = false;
        await using var app = await StartAsync(app => app.MapGet("/fragile", (HttpContext context) =>
        {
            if (broken) throw new InvalidOperationException("broken");
            context.Response.Headers.CacheControl = "max-age=1";
            context.Response.Headers.ETag = "\"1\"";
            return "fine";
        }));
        await app.SendAsync("/fragile");
        broken = true;
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("STALE", await app.StatusAsync("/fragile"));
        Assert.Equal(HttpStatusCode.InternalServerError, (await app.SendAsync("/fragile?other")).Head.StatusCode);
    }

    // As servers have it: in Development the framework throws one where a parameter cannot be read.
    [Fact]
    public async Task Get_TheAppThrowsThatTheRequestIsBad_HasItsStatus()
    {
        await using var app = await StartAsync(app => app.MapGet("/bad", string () => throw new BadHttpRequestException("too much", 413)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await app.SendAsync("/bad")).Head.StatusCode);
    }

    [Fact]
    public async Task Get_TheAppWritesWithoutWaiting_IsToldWhatToCall()
    {
        await using var app = await StartAsync(app => app.MapGet("/now", (HttpContext context) => Assert.Throws<InvalidOperationException>(() => context.Response.Body.Write([1])).Message));
        Assert.Contains("call WriteAsync", (await app.SendAsync("/now")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_TheAppThrowsWithinABody_IsCutOff()
    {
        var seen = new TaskCompletionSource();
        await using var app = await StartAsync(app => app.MapGet("/cut", async (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await seen.Task;
            throw new InvalidOperationException("broken");
        }));
        using var answer = await app.Client.GetAsync("/cut", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[4]);
        seen.SetResult();
        Assert.IsNotType<EndOfStreamException>(await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1])));
        // Nothing of it was kept: the app is asked again, and fails before a byte went out or after.
        var again = await Record.ExceptionAsync(async () => Assert.Equal(HttpStatusCode.BadGateway, (await app.SendAsync("/cut")).Head.StatusCode));
        Assert.True(again is null or HttpRequestException, $"{again}");
    }

    // As a reverse proxy in the pipeline does when its own upstream breaks off: without a length only this tells a part from the whole.
    [Fact]
    public async Task Get_TheAppAbortsWithinABody_IsCutOffAndNotKept()
    {
        var seen = new TaskCompletionSource();
        var (runs, told) = (0, false);
        await using var app = await StartAsync(app => app.MapGet("/aborted", async (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.WriteAsync(++runs == 1 ? "half" : "whole");
            if (runs > 1) return;
            await context.Response.Body.FlushAsync();
            await seen.Task;
            context.Abort();
            told = context.RequestAborted.IsCancellationRequested;
            await context.Response.WriteAsync("which nobody gets");
        }));
        using var answer = await app.Client.GetAsync("/aborted", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[4]);
        seen.SetResult();
        Assert.IsNotType<EndOfStreamException>(await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1])));
        Assert.Equal(("whole", true), ((await app.SendAsync("/aborted")).Body, told));
    }

    [Fact]
    public async Task Get_TheAppAbortsBeforeItsAnswer_Is500()
    {
        await using var app = await StartAsync(app => app.MapGet("/aborted", (HttpContext context) => context.Abort()));
        Assert.Equal(HttpStatusCode.InternalServerError, (await app.SendAsync("/aborted")).Head.StatusCode);
    }

    // As on a server. The cache reads both while the app goes on.
    [Fact]
    public async Task Get_TheAppChangesStatusAndFieldsOfAnAnswerThatHasBegun_IsToldThatItCannot()
    {
        await using var app = await StartAsync(app => app.MapGet("/late", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("begun ");
            Assert.Throws<InvalidOperationException>(() => context.Response.Headers["X-Late"] = "1");
            Assert.Throws<InvalidOperationException>(() => context.Response.StatusCode = 202);
            await context.Response.WriteAsync("and ended");
        }));
        var (head, body) = await app.SendAsync("/late");
        Assert.Equal((HttpStatusCode.OK, "begun and ended", false), (head.StatusCode, body, head.Headers.Contains("X-Late")));
    }

    // Cut to the length it says it would be kept as if it were whole.
    [Fact]
    public async Task Get_MoreThanItsContentLength_IsAFailure()
    {
        await using var app = await StartAsync(app => app.MapGet("/more", async (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = 2;
            await context.Response.WriteAsync("abc");
        }));
        // Before a byte went out, or after.
        var failed = await Record.ExceptionAsync(async () => Assert.Equal(HttpStatusCode.BadGateway, (await app.SendAsync("/more")).Head.StatusCode));
        Assert.True(failed is null or HttpRequestException, $"{failed}");
    }

    private Task<EmbeddedApp> StartAsync(Action<WebApplication> map) => EmbeddedApp.StartAsync(
        app =>
        {
            app.UseSluice();
            map(app);
        }, time);
}
