using System.Net;
using System.Text.Json.Nodes;
using Sluice.Tests.Hosting;

namespace Sluice.Tests.Api;

public sealed class PreviewTests
{
    [Fact]
    public async Task Preview_WithoutAToken_OffersWhatTheCacheKnows()
    {
        await using var server = await RunningServer.StartAsync();
        await server.Edge.GetAsync("/clip.mp4");

        using var page = await server.Api.GetAsync("/preview");
        var data = JsonNode.Parse(await server.Api.GetStringAsync("/preview/data"))!;

        var edge = $"http://127.0.0.1:{server.Server.Edge.Port}";
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.Contains($"media-src {edge};", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal((edge, "/clip.mp4", "width=640&height=360&compression=high"), ((string?)data["edge"], (string?)data["sources"]!.AsArray().Single(), (string?)data["derivatives"]!["mobile"]));
        foreach (var file in (string[])["/preview/preview.css", "/preview/preview.js"]) Assert.True((await server.Api.GetStringAsync(file)).Length > 1000);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Api.GetAsync("/preview/other.js")).StatusCode);
    }

    [Fact]
    public async Task Preview_WithAToken_ShowsThePageToAllAndItsDataToNobodyElse()
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Api.Token = "0123456789abcdef");
        Assert.Equal(HttpStatusCode.OK, (await server.Api.GetAsync("/preview")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Api.GetAsync("/preview/data")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Api.GetAsync("/preview/../v1/cache/stats")).StatusCode);
    }

    [Fact]
    public async Task Target_OfARouteWithSigningKeys_IsSigned_AndNotForWhoHasNoToken()
    {
        await using var server = await RunningServer.StartAsync((o, _) =>
        {
            o.Api.Token = "0123456789abcdef";
            o.Routes[0].Video.SigningKeys = ["k2:0123456789abcdef", "k1:fedcba9876543210"];
        });
        const string Target = "/preview/target?path=%2Fclip.mp4&query=%3Fwidth%3D640";
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Api.GetAsync(Target)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, Target) { Headers = { Authorization = new("Bearer", "0123456789abcdef") } };
        var answer = JsonNode.Parse(await (await server.Api.SendAsync(request)).Content.ReadAsStringAsync())!;
        Assert.Equal("k2", (string?)answer["key"]);
        Assert.Matches(@"^/clip\.mp4\?width=640&keyid=k2&expires=\d+&signature=[\w-]{43}$", (string?)answer["target"]);
    }

    // The page showed a 403 on both sides.
    [Fact]
    public async Task Target_OfAPrivateRoute_HasATokenForWhatIsAskedAndForTheOriginal()
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Routes[0].PlaybackKey = "0123456789abcdef");
        var answer = JsonNode.Parse(await server.Api.GetStringAsync("/preview/target?path=%2Fclip.mp4&query=%3Fwidth%3D640"))!;
        Assert.Matches(@"^/clip\.mp4\?width=640&token=0\.\d+\.[\w-]{43}$", (string?)answer["target"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Edge.GetAsync("/clip.mp4")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Edge.GetAsync((string?)answer["original"])).StatusCode);
    }

    [Fact]
    public async Task Target_OfAnyOtherRoute_IsWhatWasAsked()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal("""{"target":"/clip.mp4?width=640"}""", await server.Api.GetStringAsync("/preview/target?path=%2Fclip.mp4&query=%3Fwidth%3D640"));
    }

    [Fact]
    public async Task Preview_AskedForUnderAnotherName_IsRefusedWithoutAToken()
    {
        await using var server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/preview") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Api.SendAsync(request)).StatusCode);
    }
}
