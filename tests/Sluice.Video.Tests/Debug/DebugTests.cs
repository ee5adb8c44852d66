using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Sluice.Video.Debug;
using Sluice.Video.Planning;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Debug;

/// <summary>What debugging shows (rows U078 to U082).</summary>
public sealed class DebugTests
{
    private const string Evil = "\"><script>alert(1)</script>";

    [Fact]
    public void Headers_OfReport_TellWhatWasDecided()
    {
        var fields = DebugHeaders.Of(Report("/videos/a.mp4?derivative=mobile&debug=headers", ("User-Agent", "Mozilla/5.0 (iPhone) Mobile"), ("ECT", "3g"))).ToDictionary();
        Assert.Equal("video:videos/a.mp4:derivative=mobile", fields["X-Cache-Key"]);
        Assert.Equal("mobile", fields["X-Derivative-Applied"]);
        Assert.Equal("mobile", fields["X-Device-Type"]);
        Assert.Equal("medium", fields["X-Network-Quality"]);
        Assert.Equal("video", fields["X-Transform-Mode"]);
        Assert.Equal("hit", fields["X-Cache-Result"]);
        Assert.Equal("12.5", fields["X-Processing-Time-Ms"]);
        Assert.Equal("plan=0.1ms, lookup=0.2ms", fields["X-Component-Timing"]);
        Assert.Equal("video-videos/a.mp4,video-format-mp4,video-derivative-mobile", fields["X-Cache-Tags"]);
        Assert.Contains("derivative: mobile, as asked", fields["X-Breadcrumbs-1"], StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_OfHostileRequest_HoldNothingButText()
    {
        var report = Report("/a.mp4?imwidth=640&debug=true") with { Route = "a\r\nSet-Cookie: x=1", Origin = new string('ü', 2000) };
        Assert.All(DebugHeaders.Of(report), f => Assert.True(f.Value.Length <= 500 && f.Value.All(c => c is >= ' ' and <= '~'), f.Key));
    }

    [Fact]
    public void Page_OfHostileValues_EncodesThemAll()
    {
        var report = Report($"/{Evil}.mp4?width=640&q={Evil}&filename={Evil}&debug=view", ("User-Agent", Evil), ("Accept", Evil)) with
        {
            Route = Evil, Origin = Evil, Outcome = Evil, RequestId = Evil, Version = Evil, ContentType = Evil, Method = Evil,
            Tiers = [new(Evil, Evil, Evil)], Timings = [new(Evil, TimeSpan.Zero)],
        };
        var html = Encoding.UTF8.GetString(DebugPage.Render(report));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"><s", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OfVariant_ShowsPanelsReasonsAndMedia()
    {
        var html = Encoding.UTF8.GetString(DebugPage.Render(Report("/a.mp4?imwidth=700&loop=true&debug=view")));
        foreach (var part in (string[])["Request", "Path match", "Transformation", "Client detection", "Cache", "Performance", "Live preview", "Decisions", "so mobile", "<video controls playsinline preload=\"metadata\" loop src=\"/a.mp4?imwidth=700&amp;loop=true\">"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        // Every element is closed, once the few that need not be are.
        XDocument.Parse(html.Replace("<!doctype html>", "", StringComparison.Ordinal).Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal)
            .Replace("<meta name=\"viewport\" content=\"width=device-width\">", "", StringComparison.Ordinal).Replace("<meta name=\"robots\" content=\"noindex\">", "", StringComparison.Ordinal)
            .Replace(" controls playsinline", "", StringComparison.Ordinal).Replace(" loop src", " src", StringComparison.Ordinal).Replace("<video ", "<video v=\"1\" ", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_OfPathThatLooksLikeAnotherServer_StaysOnThisOne()
    {
        var html = Encoding.UTF8.GetString(DebugPage.Render(Report("//evil.example/a.mp4?width=640&debug=view")));
        Assert.DoesNotContain("\"//evil", html, StringComparison.Ordinal);
        Assert.Equal(4, html.Split("=\"/.//evil.example/a.mp4").Length - 1);
    }

    [Theory]
    [InlineData("mode=frame", "<img alt=\"\" src=\"/a.mp4?mode=frame\">")]
    [InlineData("mode=audio", "<audio controls")]
    [InlineData("mode=spritesheet&w=640&h=480&format=vtt", "A list of pictures")]
    [InlineData("width=1", "Refused with 400 INVALID_DIMENSION")]
    [InlineData("loop=true", "it gets the source itself")]
    public void Page_OfOtherModes_ShowsThem(string query, string part) =>
        Assert.Contains(part, Encoding.UTF8.GetString(DebugPage.Render(Report($"/a.mp4?{query}&debug=view"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("signature=SECRETSECRET")]
    [InlineData("X-Amz-Signature=SECRETSECRET")]
    [InlineData("access_token=SECRETSECRET")]
    public void Report_OfQueryWithSecrets_MasksThem(string secret)
    {
        var report = Report($"/a.mp4?width=640&{secret}&debug=json");
        Assert.DoesNotContain("SECRETSECRET", Encoding.UTF8.GetString(DebugJson.Write(report)), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETSECRET", string.Join('\n', DebugHeaders.Of(report)), StringComparison.Ordinal);
        Assert.Contains("=***", Encoding.UTF8.GetString(DebugPage.Render(report)), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_OfReport_HasThePanels()
    {
        using var json = JsonDocument.Parse(DebugJson.Write(Report("/a.mp4?imwidth=700&quality=odd&debug=json")));
        Assert.Equal("mobile", json.RootElement.GetProperty("Transformation").GetProperty("derivative").GetString());
        Assert.Equal("hit (12 KB)", json.RootElement.GetProperty("Cache").GetProperty("memory").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("warnings").GetArrayLength());
        Assert.True(json.RootElement.GetProperty("steps").GetArrayLength() > 1);
    }

    private static DebugReport Report(string url, params (string Name, string Value)[] headers)
    {
        var request = Planned.Request(url, headers) with { MayDebug = true };
        return new DebugReport
        {
            Path = request.Path, Query = request.Query, Field = request.Field, Plan = new VideoPlanner(new(), Planned.Time).Plan(request), Route = "videos", Origin = "media", Outcome = "hit",
            Elapsed = TimeSpan.FromMilliseconds(12.5), Tiers = [new("memory", "hit", "12 KB")], Timings = [new("plan", TimeSpan.FromMilliseconds(0.1)), new("lookup", TimeSpan.FromMilliseconds(0.2))],
        };
    }
}
