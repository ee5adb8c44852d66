using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Rewrite;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Edge.Embedding;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Embedding;

public class EmbeddingTests
{
    private readonly ManualTimeProvider time = new();
    private int runs;

    [Fact]
    public async Task Get_Twice_TheAppRunsOnce()
    {
        await using var app = await StartAsync();
        Assert.Equal(("MISS", "HIT", 1), (await app.StatusAsync("/text"), await app.StatusAsync("/text"), runs));
        Assert.Equal("0123456789", (await app.SendAsync("/text")).Body);
    }

    [Theory]
    [InlineData("bytes=2-4", 206, "234", "bytes 2-4/10")]
    [InlineData("bytes=-2", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=20-", 416, "", "bytes */10")]
    public async Task Get_RangeOfAnAppThatKnowsNone_IsAnswered(string range, int status, string body, string contentRange)
    {
        await using var app = await StartAsync();
        // Its length is known once it was read to its end.
        await app.SendAsync("/text");
        for (var i = 0; i < 2; i++)
        {
            var (head, text) = await app.SendAsync("/text", "GET", ("Range", range));
            Assert.Equal((status, body, contentRange), ((int)head.StatusCode, text, head.Content.Headers.ContentRange!.ToString()));
        }
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Get_Condition_IsAnsweredFromTheCache()
    {
        await using var app = await StartAsync();
        await app.SendAsync("/text");
        Assert.Equal(HttpStatusCode.NotModified, (await app.SendAsync("/text", "GET", ("If-None-Match", "\"t\""))).Head.StatusCode);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Get_AnswerWithoutFreshness_IsNotStored()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/plain", () => $"{++runs}"));
        Assert.Equal(("1", "2"), ((await app.SendAsync("/plain")).Body, (await app.SendAsync("/plain")).Body));
    }

    [Fact]
    public async Task Get_ManyAtOnce_TheAppRunsOnce()
    {
        var (gate, began) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await StartAsync(map: app => app.MapGet("/slow", async (HttpContext context) =>
        {
            Interlocked.Increment(ref runs);
            began.TrySetResult();
            await gate.Task;
            context.Response.Headers.CacheControl = "max-age=60";
            return "slow";
        }));
        var asking = Enumerable.Range(0, 20).Select(_ => app.SendAsync("/slow")).ToArray();
        await began.Task;
        gate.SetResult();
        Assert.All(await Task.WhenAll(asking), answer => Assert.Equal("slow", answer.Body));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Post_ThatSucceeds_MakesItForgetTheUrl()
    {
        await using var app = await StartAsync();
        await app.SendAsync("/text");
        Assert.Equal("posted x", (await PostAsync(app, "/text", "x")));
        Assert.Equal("MISS", await app.StatusAsync("/text"));
    }

    // Whoever has the answer knows that it was changed, whatever the app still does after it.
    [Fact]
    public async Task Post_WhoseAnswerIsOut_HasMadeItForgetTheUrl()
    {
        var (version, gate) = (1, new TaskCompletionSource());
        await using var app = await StartAsync(map: app =>
        {
            app.MapGet("/row", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                return $"{version}";
            });
            app.MapPost("/row", async (HttpContext context) =>
            {
                version = 2;
                context.Response.ContentLength = 2;
                await context.Response.WriteAsync("ok");
                await gate.Task;
                version = 3;
            });
        });
        Assert.Equal("1", (await app.SendAsync("/row")).Body);
        // On a connection of its own: the next request there waits for the end of this one.
        using var poster = new HttpClient { BaseAddress = app.Client.BaseAddress };
        using var answer = await poster.PostAsync("/row", null);
        Assert.Equal(("ok", "2"), (await answer.Content.ReadAsStringAsync(), (await app.SendAsync("/row")).Body));
        gate.SetResult();
        // What it changed after its answer is seen as soon as it is done.
        Assert.True(await Eventually.HoldsAsync(async () => (await app.SendAsync("/row")).Body == "3", TimeSpan.FromSeconds(30)));
        Assert.Empty(app.Services.GetRequiredService<ObjectCache>().RecentPurges);
    }

    // The cache's own request has a context of its own, and the middleware before the cache keeps the client's.
    [Fact]
    public async Task HttpContextAccessor_BesideTheCachesOwnRequest_IsTheClientsBeforeAndTheOtherBehind()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (bool Before, bool Behind, string? Outer, string? Inner, CultureInfo? Culture) seen = default;
        await using var app = await EmbeddedApp.StartAsync(app =>
        {
            app.Use(async (context, next) =>
            {
                using var span = new Activity("client").Start();
                (seen.Outer, CultureInfo.CurrentCulture) = (span.Id, culture);
                await next();
                seen.Before = ReferenceEquals(context.RequestServices.GetRequiredService<IHttpContextAccessor>().HttpContext, context);
            });
            app.UseSluice();
            app.MapGet("/a", (HttpContext context, IHttpContextAccessor accessor) =>
            {
                (seen.Behind, seen.Inner, seen.Culture) = (ReferenceEquals(accessor.HttpContext, context), Activity.Current?.Id, CultureInfo.CurrentCulture);
                return "a";
            });
        }, time, build: builder => builder.Services.AddHttpContextAccessor());
        await app.SendAsync("/a");
        Assert.True(await Eventually.HoldsAsync(() => seen.Before, TimeSpan.FromSeconds(30)));
        Assert.True(seen.Behind);
        Assert.Equal(seen.Outer, seen.Inner);
        Assert.Same(culture, seen.Culture);
    }

    [Fact]
    public async Task OnCompleted_OneThatFails_KeepsNoOtherFromRunning()
    {
        var ran = 0;
        var scope = new TaskCompletionSource();
        await using var app = await StartAsync(
            map: app => app.MapGet("/done", (HttpContext context, Scope scoped) =>
            {
                context.Response.OnCompleted(() => Task.FromResult(++ran));
                context.Response.OnCompleted(() => throw new InvalidOperationException("of the app's"));
                return "done";
            }),
            build: builder => builder.Services.AddScoped(_ => new Scope(scope)));
        Assert.Equal("done", (await app.SendAsync("/done")).Body);
        await scope.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task Purge_ByTagThroughTheService_TakesIt()
    {
        await using var app = await StartAsync();
        await app.SendAsync("/text");
        var receipt = await app.Services.GetRequiredService<ObjectCache>().PurgeAsync(new PurgeRequest(PurgeKind.Tag, "numbers"));
        Assert.Equal((1, "MISS"), (receipt.Objects, await app.StatusAsync("/text")));
    }

    // What an app writes from its Host must not reach who asked by another name.
    [Fact]
    public async Task Get_ByAnotherHost_HasObjectsOfItsOwn()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/host", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return $"{context.Request.Host} {context.Request.Scheme} {context.Connection.RemoteIpAddress} {context.Request.Path}{context.Request.QueryString}";
        }));
        Assert.Equal("a.example http 127.0.0.1 /host?x=1", (await app.SendAsync("/host?x=1", "GET", ("Host", "a.example"))).Body);
        Assert.Equal("b.example http 127.0.0.1 /host?x=1", (await app.SendAsync("/host?x=1", "GET", ("Host", "b.example"))).Body);
        Assert.Equal("HIT", await app.StatusAsync("/host?x=1", ("Host", "A.example")));
    }

    [Fact]
    public async Task Get_BelowAPathBase_TheAppSeesItsPath()
    {
        await using var app = await EmbeddedApp.StartAsync(app =>
        {
            app.UsePathBase("/base");
            app.UseSluice();
            app.MapGet("/a", (HttpContext context) => $"{context.Request.PathBase}|{context.Request.Path}");
        }, time);
        Assert.Equal("/base|/a", (await app.SendAsync("/base/a")).Body);
    }

    // Browsers send what a page's link says: "%" in a query stays as it is, and old scripts write %u00e4.
    [Theory]
    [InlineData("/search?q=100%", "100%")]
    [InlineData("/search?q=%u00e4", "%u00e4")]
    [InlineData("/search/%zz", null)]
    [InlineData("/search/..%2Fa", null)]
    public async Task Get_TargetThatHasNoNormalForm_IsTheAppsToAnswer(string target, string? query)
    {
        await using var app = await StartAsync(app => app.MapGet("/search/{*rest}", (HttpContext context, string? rest) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Request.Query["q"].FirstOrDefault() ?? rest;
        }));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains(query ?? target["/search/".Length..], answer, StringComparison.Ordinal);
        // A query has one all the same.
        Assert.Equal(query is not null, answer.Contains("X-Cache-Status: MISS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_ServerThatTellsNoRequestLine_IsCachedByItsPath()
    {
        await using var app = await EmbeddedApp.StartAsync(app =>
        {
            // As with TestServer, which apps are tested with.
            app.Use((HttpContext context, RequestDelegate next) =>
            {
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "";
                return next(context);
            });
            app.UsePathBase("/base");
            app.UseSluice();
            app.MapGet("/a b/{name}", (HttpContext context, string name) =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                return $"{context.Request.PathBase}|{name}{context.Request.QueryString}";
            });
            app.MapPost("/a b/{name}", () => "changed");
        }, time);
        Assert.Equal("/base|ü?x=%20y", (await app.SendAsync("/base/a%20b/%C3%BC?x=%20y")).Body);
        Assert.Equal("HIT", await app.StatusAsync("/base/a%20b/%C3%BC?x=%20y"));
        Assert.Equal("/base|u?x=1", (await app.SendAsync("/base/a%20b/u?x=1")).Body);
        Assert.Equal("changed", (await app.SendAsync("/base/a%20b/u?x=1", "POST")).Body);
        Assert.Equal("MISS", await app.StatusAsync("/base/a%20b/u?x=1"));
    }

    [Fact]
    public async Task Get_PathThatMiddlewareBeforeTheCacheMadeAnotherOf_IsTheOtherOne()
    {
        await using var app = await EmbeddedApp.StartAsync(app =>
        {
            app.UseRewriter(new RewriteOptions().AddRewrite("^old/(.*)$", "new/$1?from=old", skipRemainingRules: true));
            app.UseSluice();
            app.MapGet("/new/{name}", (HttpContext context, string name) =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                return $"{name}{context.Request.QueryString}";
            });
            app.MapPost("/new/{name}", () => "changed");
        }, time);
        Assert.Equal("a b?from=old", (await app.SendAsync("/old/a%20b")).Body);
        Assert.Equal(("HIT", "HIT"), (await app.StatusAsync("/old/a%20b"), await app.StatusAsync("/new/a%20b?from=old")));
        Assert.Equal("a b", (await app.SendAsync("/new/a%20b")).Body);
        Assert.Equal("changed", (await app.SendAsync("/old/a%20b", "POST")).Body);
        Assert.Equal("MISS", await app.StatusAsync("/old/a%20b"));
    }

    // Compression and limits of a rate look at the bytes when they get round to it.
    [Fact]
    public async Task Get_HitThroughAStreamOfTheAppsThatWaits_HasItsBytesUntilTheyAreTaken()
    {
        var (gate, began) = (Task.CompletedTask, new TaskCompletionSource());
        await using var app = await EmbeddedApp.StartAsync(app =>
        {
            app.Use(async (HttpContext context, RequestDelegate next) =>
            {
                var client = context.Response.Body;
                context.Response.Body = new WaitingStream(client, gate, began);
                await next(context);
                context.Response.Body = client;
            });
            app.UseSluice();
            app.MapGet("/{size:int}", (HttpContext context, int size) =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                return new string('x', size);
            });
        }, time, options => options.MemoryBytes = 64 << 10);
        await app.SendAsync("/10");
        (var opened, began) = (new TaskCompletionSource(), new TaskCompletionSource());
        gate = opened.Task;
        var answer = app.SendAsync("/10");
        await began.Task;
        gate = Task.CompletedTask;
        // Others that are asked for more often take its place in memory.
        for (var i = 0; i < 40; i++) await app.SendAsync($"/{20_000 + (i % 10 / 2)}");
        opened.SetResult();
        var (head, body) = await answer;
        // Of an answer that failed the client would have asked again, and had a miss.
        Assert.Equal(("HIT", "xxxxxxxxxx"), (head.Headers.GetValues("X-Cache-Status").Single(), body));
    }

    [Fact]
    public async Task Get_StaticFile_IsServedWithRangesAndRevalidated()
    {
        using var folder = new TestKit.Processes.TemporaryFolder();
        var bytes = folder.WritePattern("clip.mp4", 7, 700_000);
        await using var app = await EmbeddedApp.StartAsync(app =>
        {
            app.UseSluice();
            app.UseStaticFiles(new StaticFileOptions
            {
                FileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(folder.Path),
                OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "max-age=10",
            });
        }, time);
        Assert.Equal(bytes, await app.Client.GetByteArrayAsync("/clip.mp4"));
        Assert.Equal("HIT", await app.StatusAsync("/clip.mp4", ("Range", "bytes=300000-300099")));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("REVALIDATED", await app.StatusAsync("/clip.mp4"));
    }

    [Fact]
    public async Task Head_OfAnAppThatAnswersIt_HasNoBody()
    {
        await using var app = await StartAsync();
        await app.SendAsync("/text");
        var (head, body) = await app.SendAsync("/text", "HEAD");
        Assert.Equal(("", 10L), (body, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Get_NothingThere_Is404WithoutABody()
    {
        await using var app = await StartAsync();
        var (head, _) = await app.SendAsync("/nothing");
        Assert.Equal((HttpStatusCode.NotFound, 0L), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Services_OfARequest_AreScopedAndLetGo()
    {
        await using var app = await StartAsync(
            map: app => app.MapGet("/scoped", (HttpContext context, Held held) => context.RequestServices.GetRequiredService<Held>() == held ? "same" : "other"),
            build: builder => builder.Services.AddScoped<Held>());
        Assert.Equal("same", (await app.SendAsync("/scoped")).Body);
        await Held.Released.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private Task<EmbeddedApp> StartAsync(Action<WebApplication>? map = null, Action<SluiceCacheOptions>? configure = null, Action<WebApplicationBuilder>? build = null) => EmbeddedApp.StartAsync(
        app =>
        {
            app.UseSluice();
            app.MapGet("/text", (HttpContext context) =>
            {
                Interlocked.Increment(ref runs);
                context.Response.Headers.CacheControl = "max-age=60";
                context.Response.Headers.ETag = "\"t\"";
                context.Response.Headers["Cache-Tag"] = "numbers";
                return "0123456789";
            });
            app.MapPost("/text", async (HttpRequest request) => "posted " + await new StreamReader(request.Body).ReadToEndAsync());
            map?.Invoke(app);
        }, time, configure, build);

    private static async Task<string> PostAsync(EmbeddedApp app, string path, string body)
    {
        using var answer = await app.Client.PostAsync(path, new StringContent(body));
        return await answer.Content.ReadAsStringAsync();
    }

    private sealed class WaitingStream(Stream client, Task gate, TaskCompletionSource began) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            began.TrySetResult();
            await gate;
            await client.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class Scope(TaskCompletionSource ended) : IDisposable
    {
        public void Dispose() => ended.TrySetResult();
    }

    private sealed class Held : IDisposable
    {
        public static readonly TaskCompletionSource Released = new();

        public void Dispose() => Released.TrySetResult();
    }
}
