using System.Globalization;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;
using Sluice.Video.Access;

namespace Sluice.Integration.Tests.Video;

/// <summary>CFG-04 to CFG-06, TTL-12, U015, U023, U028 to U036: what the configuration and the viewer decide, as the edge answers it.</summary>
public sealed class PolicyTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Fact]
    public async Task FileName_OfOneRequest_IsNotThatOfOthers()
    {
        const string Target = "/colours.mp4?mode=frame&width=64&height=36";
        Assert.Equal("inline; filename=\"first.jpg\"", (await video.Edge.AskAsync(Target + "&filename=first.jpg")).Header("Content-Disposition"));
        var second = await video.Edge.AskAsync(Target + "&filename=second.jpg");
        Assert.Equal(("inline; filename=\"second.jpg\"", "HIT"), (second.Header("Content-Disposition"), second.CacheStatus));
        Assert.Equal("inline; filename=\"first.jpg\"", (await video.Edge.AskAsync(Target + "&filename=first.jpg")).Header("Content-Disposition"));
        Assert.Null((await video.Edge.AskAsync(Target)).Header("Content-Disposition"));
    }

    [Fact]
    public async Task Size_ForTheDevice_IsChosenAndSaidToBe()
    {
        var phone = await video.Edge.AskAsync("/colours.mp4?mode=frame&width=auto", "User-Agent: Mozilla/5.0 (iPhone) Mobile");
        var wide = await video.Edge.AskAsync("/colours.mp4?mode=frame&width=auto", "User-Agent: Mozilla/5.0 (iPhone) Mobile", "Sec-CH-Viewport-Width: 200");
        Assert.Equal(("?mode=frame&width=640&height=360&time=0s&format=jpg", "?mode=frame&width=200&height=110&time=0s&format=jpg"), (phone.Header("X-Transform-Params"), wide.Header("X-Transform-Params")));
        Assert.Contains("Sec-CH-Viewport-Width", phone.Header("Accept-CH"), StringComparison.Ordinal);
        Assert.EndsWith("User-Agent", phone.Header("Vary"), StringComparison.Ordinal);
        Assert.Null((await video.Edge.AskAsync("/colours.mp4?mode=frame&imwidth=200")).Header("Vary"));
    }

    [Fact]
    public async Task Derivative_OfTheConfiguration_IsMade_AndMadeAnewWhenItMeansSomethingElse()
    {
        using var files = new TemporaryFolder();
        var config = files.Write("sluice.json", Config("mode=frame&width=32&height=18"));
        await using var server = await video.StartAsync(video.Folder.Path, "--config", config);
        var before = await server.Edge.AskAsync("/colours.mp4?derivative=tiny");
        Assert.Equal(("image/jpeg", "?derivative=tiny"), (before.Header("Content-Type"), before.Header("X-Transform-Params")));
        files.Write("sluice.json", Config("mode=frame&width=64&height=36&format=png"));
        await server.StopAsync();
        await server.StartAsync();
        Assert.Equal("image/png", (await server.Edge.AskAsync("/colours.mp4?derivative=tiny")).Header("Content-Type"));

        static string Config(string tiny) => $$"""{ "video": { "derivatives": { "tiny": "{{tiny}}" } } }""";
    }

    [Fact]
    public async Task Lifetime_OfVariantThatIsAskedForAgain_Grows()
    {
        using var files = new TemporaryFolder();
        var config = files.Write("sluice.json", """{ "routes": [{ "origins": ["."], "staleWhileRevalidate": "0s" }], "video": { "kvTtl": { "ok": "1s", "adaptiveMaximum": "100s" } } }""");
        await using var server = await video.StartAsync(video.Folder.Path, "--config", config);
        const string Target = "/colours.mp4?mode=frame&width=48&height=28";
        Assert.Equal("public, max-age=1", (await server.Edge.AskAsync(Target)).Header("Cache-Control"));
        var grown = "";
        Assert.True(await Eventually.HoldsAsync(async () => (grown = (await server.Edge.AskAsync(Target)).Header("Cache-Control")) != "public, max-age=1", TimeSpan.FromSeconds(60)));
        Assert.Equal("public, max-age=2", grown);
    }

    [Fact]
    public async Task SignedRoute_AnswersOnlyWhatIsSigned()
    {
        using var files = new TemporaryFolder();
        var config = files.Write("sluice.json", """{ "routes": [{ "origins": ["."], "video": { "signingKeys": ["k2:the newer secret of 32 characters", "k1:an older secret of 32 characters"] } }] }""");
        await using var server = await video.StartAsync(video.Folder.Path, "--config", config);
        const string Query = "mode=frame&width=64&height=36";
        var refused = await server.Edge.AskAsync("/colours.mp4?" + Query);
        Assert.Equal((403, "SIGNATURE_REQUIRED", "no-store"), (refused.Status, refused.Header("X-Error-Type"), refused.Header("Cache-Control")));
        var later = DateTimeOffset.Parse("2099-01-01T00:00:00Z", CultureInfo.InvariantCulture);
        var signed = "/colours.mp4" + UrlSignature.Sign("/colours.mp4", Query, new SigningKey("k1", "an older secret of 32 characters"), later);
        Assert.Equal(200, (await server.Edge.AskAsync(signed)).Status);
        Assert.Equal("HIT", (await server.Edge.AskAsync(signed)).CacheStatus);
        Assert.Equal("SIGNATURE_INVALID", (await server.Edge.AskAsync(signed.Replace("width=64", "width=66", StringComparison.Ordinal))).Header("X-Error-Type"));
        // What is stored is no way around it.
        Assert.Equal(403, (await server.Edge.AskAsync("/colours.mp4?" + Query)).Status);
        Assert.Equal(200, (await server.Edge.AskAsync("/colours.mp4")).Status);
        var printed = await SluiceProgram.RunAsync("variants", "sign", "/colours.mp4?" + Query, "--expires", "1h", "--config", config);
        Assert.Equal(200, (await server.Edge.AskAsync(printed.Output.Trim())).Status);
    }

    // A share of the length is a time only for ffmpeg: of a film of an hour it is one that no URL may name.
    [Theory]
    [InlineData("")]
    [InlineData("&time=25%25")]
    public async Task Index_OnARouteOfDerivatives_NamesTheSheetByItsDerivative(string place)
    {
        using var files = new TemporaryFolder();
        var config = files.Write("sluice.json", $$"""{ "video": { "derivatives": { "sheet": "mode=spritesheet&width=320&height=180{{place}}", "index": "mode=spritesheet&width=320&height=180{{place}}&format=vtt" } }, "routes": [{ "origins": ["."], "video": { "derivativesOnly": true } }] }""");
        await using var server = await video.StartAsync(video.Folder.Path, "--config", config);
        var index = await server.Edge.AskAsync("/colours.mp4?derivative=index");
        var sheet = index.Text.Split('\n').First(line => line.Contains("#xywh", StringComparison.Ordinal)).Split('#')[0];
        Assert.Equal((200, "image/jpeg"), ((await server.Edge.AskAsync("/" + sheet)).Status, (await server.Edge.AskAsync("/" + sheet)).Header("Content-Type")));
    }

    [Fact]
    public async Task Index_OfANameWithAColon_IsNotTakenForAnotherScheme()
    {
        File.Copy(video.Folder.FileOf("colours.mp4"), video.Folder.FileOf("cam1:06.mp4"));
        var index = await video.Edge.AskAsync("/cam1:06.mp4?mode=spritesheet&width=320&height=180&format=vtt");
        var sheet = new Uri(new Uri("http://host/"), index.Text.Split('\n').First(line => line.Contains("#xywh", StringComparison.Ordinal)).Split('#')[0]);
        Assert.Equal("image/jpeg", (await video.Edge.AskAsync(sheet.PathAndQuery)).Header("Content-Type"));
    }

    [Fact]
    public async Task Original_AskedForWithHints_IsOneObject()
    {
        await video.Edge.AskAsync("/square.mp4");
        Assert.Equal("HIT", (await video.Edge.AskAsync("/square.mp4?loop=true&muted=true")).CacheStatus);
    }
}
