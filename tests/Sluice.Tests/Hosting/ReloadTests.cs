using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.Configuration;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Hosting;

/// <summary>Reading the configuration again while the server runs.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly TemporaryFolder other = new();
    private RunningServer server = null!;

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        other.Dispose();
    }

    [Fact]
    public async Task Reload_RouteAdded_IsServedAndWhatWasStoredStays()
    {
        await StartAsync();
        await GetAsync("/clip.mp4", 200, "MISS");
        await GetAsync("/new/other.mp4", 404);
        other.Write("new/other.mp4", "abcdef");
        Next(options => options.Routes.Insert(0, Route("new", "/new/*", other.Path)));

        var answer = await ReloadAsync();

        Assert.Equal("added new", Names(answer));
        await GetAsync("/new/other.mp4", 200, "MISS");
        await GetAsync("/new/other.mp4", 200, "HIT");
        await GetAsync("/clip.mp4", 200, "HIT");
    }

    [Fact]
    public async Task Reload_PolicyChanged_IsOnAnswersFromTheCache()
    {
        await StartAsync();
        await GetAsync("/clip.mp4", 200, "MISS");
        Assert.Equal("*", (await GetAsync("/clip.mp4", 200, "HIT")).Headers.GetValues("Access-Control-Allow-Origin").Single());
        Next(options => options.Routes[0].AllowOrigin = "https://player.example");

        Assert.Equal("changed all", Names(await ReloadAsync()));

        Assert.Equal("https://player.example", (await GetAsync("/clip.mp4", 200, "HIT")).Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task Reload_OnlyAPasswordChanged_IsAChange()
    {
        void Origin(SluiceOptions options, string password)
        {
            var route = new RouteSection { Name = "other", Pattern = "/other/*" };
            route.Origins.Add(new OriginSection { Url = $"http://user:{password}@127.0.0.1:9/" });
            options.Routes.Add(route);
        }

        await StartAsync(options => Origin(options, "old-password"));
        Next(options => Origin(options, "new-password"));

        var answer = await ReloadAsync();

        Assert.Equal("changed other", Names(answer));
        Assert.DoesNotContain("password", answer.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_RouteRemoved_IsServedNoMore()
    {
        other.Write("a.mp4", "abcdef");
        await StartAsync(options => options.Routes[0].Pattern = "/clip.mp4", options => options.Routes.Add(Route("rest", "/*", other.Path)));
        await GetAsync("/a.mp4", 200, "MISS");
        Next(options => options.Routes[0].Pattern = "/clip.mp4");

        Assert.Equal("removed rest", Names(await ReloadAsync()));

        await GetAsync("/a.mp4", 404);
        await GetAsync("/clip.mp4", 200, "MISS");
    }

    [Fact]
    public async Task Reload_RoutesInAnotherOrder_TakeOtherPaths()
    {
        other.Write("clip.mp4", "abcdef");
        await StartAsync(options => options.Routes.Add(Route("mp4", "*.mp4", other.Path)));
        await GetAsync("/clip.mp4", 200, "MISS");
        Next(options => options.Routes.Insert(0, Route("mp4", "*.mp4", other.Path)));

        Assert.Equal("changed mp4 all", Names(await ReloadAsync()));

        Assert.Equal("abcdef", await (await GetAsync("/clip.mp4", 200, "MISS")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Reload_NothingChanged_KeepsRoutesAndTheirCircuits()
    {
        await StartAsync(options => options.Routes[0].Circuit.Failures = 1);
        Next(options => options.Routes[0].Circuit.Failures = 1);
        Assert.Equal("", Names(await ReloadAsync()));
    }

    [Fact]
    public async Task Reload_OtherSettings_AreNamedAndLeftAlone()
    {
        await StartAsync();
        Next(options => (options.Cache.Memory, options.Edge.Purge.Token, options.Monitoring.Enabled) = (32 << 20, "a-secret-of-some-length", false));

        var answer = await ReloadAsync();

        Assert.Equal("needRestart edge.purge.token cache.memory monitoring.enabled", Names(answer));
        Assert.DoesNotContain("a-secret", answer.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_WithErrors_ChangesNothingAndSaysThem()
    {
        await StartAsync();
        server.Next = () => (new SluiceOptions(), [new ConfigurationError("sluice.json:3", "cache.memory", "\"lots\" is not a size", "write one such as 1GB")]);
        Assert.Contains("sluice.json:3: cache.memory: \"lots\" is not a size; write one such as 1GB", await RefusedAsync(), StringComparison.Ordinal);

        Next(options => options.Routes.Insert(0, Route("gone", "/gone/*", other.Path + "/nowhere")));
        Assert.Contains("/nowhere cannot be used", await RefusedAsync(), StringComparison.Ordinal);

        Next(_ => throw new ArgumentException("Null character in path."));
        Assert.Contains("(Null character in path)", await RefusedAsync(), StringComparison.Ordinal);

        Next(options => options.Routes.Clear());
        Assert.Contains("routes", await RefusedAsync(), StringComparison.Ordinal);
        await GetAsync("/clip.mp4", 200, "MISS");
    }

    [Fact]
    public async Task Reload_BucketIsReachedOtherwise_UrlsAreSignedForThat()
    {
        Environment.SetEnvironmentVariable("SLUICE_TEST_RELOAD_KEY", "a-key-of-a-test");
        void Take(SluiceOptions options, string endpoint)
        {
            var route = new RouteSection { Name = "bucket", Pattern = "/b/*" };
            route.Origins.Add(new OriginSection { S3 = new S3Section { Bucket = "media", Endpoint = new Uri(endpoint), Region = "eu-1", AccessKeyVariable = "SLUICE_TEST_RELOAD_KEY", SecretKeyVariable = "SLUICE_TEST_RELOAD_KEY" } });
            options.Routes.Insert(0, route);
        }

        await StartAsync(options => Take(options, "http://127.0.0.1:9"));
        Assert.StartsWith("http://127.0.0.1:9/media/b/a.mp4?", await SignAsync(), StringComparison.Ordinal);
        Next(options => Take(options, "https://127.0.0.1:9"));

        Assert.Equal("changed bucket", Names(await ReloadAsync()));

        Assert.StartsWith("https://127.0.0.1:9/media/b/a.mp4?", await SignAsync(), StringComparison.Ordinal);

        async Task<string> SignAsync()
        {
            using var answer = await server.Api.PostAsJsonAsync("/v1/presign", new { paths = new[] { "/b/a.mp4" } });
            var text = await answer.Content.ReadAsStringAsync();
            return JsonNode.Parse(text)?["urls"]?[0]?["url"]?.GetValue<string>() ?? text;
        }
    }

    [Fact]
    public async Task Reload_UnderLoad_FailsNobody()
    {
        await StartAsync();
        other.Write("new/other.mp4", "abcdef");
        using var stop = new CancellationTokenSource();
        var viewers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var asked = 0;
            for (; !stop.IsCancellationRequested; asked++)
            {
                using var answer = await server.Edge.GetAsync("/clip.mp4");
                Assert.Equal((HttpStatusCode.OK, "0123456789"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
            }

            return asked;
        })).ToArray();
        for (var i = 0; i < 40; i++)
        {
            var at = i;
            Next(options =>
            {
                options.Routes[0].AllowOrigin = "https://player" + at;
                if (at % 2 == 0) options.Routes.Insert(0, Route("new", "/new/*", other.Path));
            });
            await ReloadAsync();
            await GetAsync("/new/other.mp4", at % 2 == 0 ? 200 : 404);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(viewers), asked => Assert.True(asked > 0));
    }

    private static RouteSection Route(string name, string pattern, string folder)
    {
        var route = new RouteSection { Name = name, Pattern = pattern };
        route.Origins.Add(new OriginSection { Folder = folder });
        return route;
    }

    /// <summary>What the answer names, as "added a b; removed c".</summary>
    private static string Names(JsonNode answer) =>
        string.Join("; ", answer.AsObject().Where(one => one.Value!.AsArray().Count > 0).Select(one => $"{one.Key} {string.Join(' ', one.Value!.AsArray())}"));

    /// <summary>What was configured, but for this.</summary>
    private void Next(Action<SluiceOptions> change) => server.Next = () =>
    {
        var options = server.Configured();
        change(options);
        return (options, []);
    };

    private async Task StartAsync(params Action<SluiceOptions>[] configure) => server = await RunningServer.StartAsync((options, _) => Array.ForEach(configure, one => one(options)));

    private async Task<HttpResponseMessage> GetAsync(string path, int status, string? cacheStatus = null)
    {
        var answer = await server.Edge.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        if (cacheStatus is not null) Assert.Equal(cacheStatus, answer.Headers.GetValues("X-Cache-Status").Single());
        return answer;
    }

    private async Task<JsonNode> ReloadAsync()
    {
        using var answer = await server.Api.PostAsync("/v1/reload", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<string> RefusedAsync()
    {
        using var answer = await server.Api.PostAsync("/v1/reload", null);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"]!;
    }
}
