using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sluice.Edge.Embedding;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Embedding;

/// <summary>Who is signed in by a cookie sends no Authorization that a cache could go by; only the app behind it knows.</summary>
public class SignedInTests
{
    private static readonly (string, string) Alice = ("Cookie", "user=alice");

    // Results.File of a path says no more than Last-Modified, which is enough to be stored.
    [Theory]
    [InlineData(null)]
    [InlineData("max-age=60")]
    [InlineData("max-age=60, must-revalidate")]
    public async Task Get_AnswerToWhoIsSignedIn_IsForNobodyElse(string? cacheControl)
    {
        await using var app = await StartAsync(cacheControl);
        var (head, body) = await app.SendAsync("/page", "GET", Alice);
        Assert.Equal("for alice", body);
        Assert.Equal("private", $"{head.Headers.CacheControl}".Split(", ").Single(directive => directive == "private"));
        Assert.Equal("for nobody", (await app.SendAsync("/page")).Body);
    }

    [Theory]
    [InlineData("public, max-age=60")]
    [InlineData("s-maxage=60")]
    public async Task Get_AnswerToWhoIsSignedInThatSaysItIsForAll_IsForAll(string cacheControl)
    {
        await using var app = await StartAsync(cacheControl);
        await app.SendAsync("/page", "GET", Alice);
        Assert.Equal("HIT", await app.StatusAsync("/page"));
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("private, max-age=60")]
    public async Task Get_AnswerThatSaysItIsForOne_IsSentAsItIs(string cacheControl)
    {
        await using var app = await StartAsync(cacheControl);
        var (head, _) = await app.SendAsync("/page", "GET", Alice);
        Assert.Equal(cacheControl.Length, $"{head.Headers.CacheControl}".Length);
    }

    [Fact]
    public async Task Get_StatusThrownForWhoIsSignedIn_IsForNobodyElse()
    {
        await using var app = await StartAsync(null, options => options.Policy = options.Policy with { DefaultLifetime = TimeSpan.FromMinutes(1) });
        Assert.Equal(404, (int)(await app.SendAsync("/thrown", "GET", Alice)).Head.StatusCode);
        Assert.Equal("for nobody", (await app.SendAsync("/thrown")).Body);
    }

    private static Task<EmbeddedApp> StartAsync(string? cacheControl, Action<SluiceCacheOptions>? configure = null) => EmbeddedApp.StartAsync(
        app =>
        {
            app.UseSluice();
            app.Use((context, next) =>
            {
                if (context.Request.Cookies["user"] is { } user) context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "Cookies"));
                return next(context);
            });
            app.MapGet("/page", (HttpContext context) =>
            {
                if (cacheControl is not null) context.Response.Headers.CacheControl = cacheControl;
                context.Response.Headers.LastModified = "Sat, 01 Jan 2000 00:00:00 GMT";
                return $"for {context.User.Identity?.Name ?? "nobody"}";
            });
            app.MapGet("/thrown", (HttpContext context) => context.User.Identity?.Name is null ? "for nobody" : throw new BadHttpRequestException("not for you", 404));
        }, new ManualTimeProvider(), configure);
}
