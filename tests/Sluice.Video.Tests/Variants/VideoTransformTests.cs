using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Variants;
using Sluice.TestKit.Time;
using Sluice.Video.Access;
using Sluice.Video.Options;
using Sluice.Video.Planning;
using Sluice.Video.Variants;

namespace Sluice.Video.Tests.Variants;

public sealed class VideoTransformTests : IAsyncDisposable
{
    private const string Index = "mode=spritesheet&width=320&height=180&format=vtt";
    private static readonly SigningKey Old = new("k1", "an older secret of 32 characters"), New = new("k2", "the newer secret of 32 characters");
    private readonly ManualTimeProvider time = new();
    private readonly VariantMaker maker;

    public VideoTransformTests() => maker = new VariantMaker(new(), null, NullLoggerFactory.Instance, time);

    public ValueTask DisposeAsync() => maker.DisposeAsync();

    [Fact]
    public void Index_WhoseSheetIsSigned_IsAnotherTheNextDay_AndByAnotherKey()
    {
        var first = RecipeOf(Index, Old);
        Assert.Equal(first, RecipeOf(Index, Old));
        Assert.NotEqual(first, RecipeOf(Index, New, Old));
        time.Advance(TimeSpan.FromDays(1));
        Assert.NotEqual(first, RecipeOf(Index, Old));
    }

    [Fact]
    public void Variant_ThatHoldsNoSignature_IsTheSameHoweverItIsSigned()
    {
        foreach (var query in (string[])["width=320", "mode=spritesheet&width=320&height=180"])
        {
            var first = RecipeOf(query, Old);
            time.Advance(TimeSpan.FromDays(400));
            Assert.Equal(first, RecipeOf(query, New, Old));
        }

        Assert.Equal(RecipeOf(Index), RecipeOf(Index));
    }

    [Theory]
    [InlineData("?width=320")]
    [InlineData("?width=320&keyid=k9&expires=1&signature=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Operator_NeedsNoSignature_OthersDo(string query)
    {
        var transform = new VideoTransform("r", "folder", new VideoPlanner(new VideoPolicy { SigningKeys = [Old] }, time), maker, _ => false);
        var asked = new TransformQuery("/a.mp4", query, static _ => null);
        Assert.Equal(403, transform.Decide(asked)!.Status);
        Assert.Equal("video:a.mp4:w=320:h=180:f=mp4", transform.Decide(asked with { IsOperator = true })!.Plan!.Key);
        Assert.Null(transform.Decide(asked with { Query = "?v=1", IsOperator = true }));
    }

    // As variants are listed: with what follows from what was asked.
    [Fact]
    public void Operator_NamesAVariantByAllItsParameters_WhereViewersMayBySome()
    {
        var transform = new VideoTransform("r", "folder", new VideoPlanner(new VideoPolicy { Parameters = new HashSet<string> { "width" } }, time), maker, _ => false);
        var made = ((VideoPlan)transform.Decide(new TransformQuery("/a.mp4", "?width=320", static _ => null))!.Plan!.Order);
        var listed = new TransformQuery("/a.mp4", made.Query, static _ => null);
        Assert.Equal(403, transform.Decide(listed)!.Status);
        Assert.Equal(made.Key, transform.Decide(listed with { IsOperator = true })!.Plan!.Key);
    }

    [Fact]
    public void Segment_IsAskedForByName_NamesTheNext_AndIsNeverTheFilmInstead()
    {
        var transform = new VideoTransform("r", "folder", new VideoPlanner(new VideoPolicy(), time), maker, _ => false);
        var plan = transform.Decide(new TransformQuery("/v/a.mp4/hls-7.ts", "?bitrate=800k", static _ => null))!.Plan!;
        Assert.Equal(("hls:v/a.mp4:b=800k:segment=7", "/v/a.mp4/hls-8.ts?bitrate=800k", false), (plan.Key, plan.Next, plan.FallsBack));
        Assert.Null(transform.Decide(new TransformQuery("/v/a.mp4/hls.m3u8", "", static _ => null))!.Plan!.Next);
        var asked = new TransformQuery("/v/a.mp4", "?mode=hls&segment=7", static _ => null);
        var refused = transform.Decide(asked)!;
        Assert.Equal(400, refused.Status);
        Assert.Contains("a.mp4/hls-7.ts", System.Text.Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.Equal("hls:v/a.mp4:segment=7", transform.Decide(asked with { IsOperator = true })!.Plan!.Key);
        Assert.True(transform.IsVariant("/v/a.mp4/hls.m3u8"));
        Assert.False(transform.IsVariant("/v/a.mp4"));
    }

    [Fact]
    public void Playlist_OfSignedUrls_SignsThem_AndIsAnotherTheNextDay()
    {
        var planner = new VideoPlanner(new VideoPolicy { SigningKeys = [Old] }, time);
        var transform = new VideoTransform("r", "folder", planner, maker, _ => false);
        var links = new VariantLinks(planner, time);
        var below = "/v/a.mp4/" + links.AddressOf("/v/a.mp4", new() { Mode = VideoMode.Hls, Format = "m3u8" });
        var recipe = Decide(below)!.Recipe;
        var segment = "/v/a.mp4/" + links.AddressOf("/v/a.mp4", new() { Mode = VideoMode.Hls, Format = "ts", Segment = 2 });
        Assert.StartsWith("/v/a.mp4/hls-2.ts?", segment, StringComparison.Ordinal);
        Assert.Equal("hls:v/a.mp4:segment=2", Decide(segment)!.Key);
        Assert.Null(Decide(segment.Replace("hls-2", "hls-3", StringComparison.Ordinal)));
        time.Advance(TimeSpan.FromDays(1));
        Assert.NotEqual(recipe, Decide(below)!.Recipe);

        TransformPlan? Decide(string url) => transform.Decide(new TransformQuery(url[..url.IndexOf('?', StringComparison.Ordinal)], url[url.IndexOf('?', StringComparison.Ordinal)..], static _ => null))!.Plan;
    }

    private string RecipeOf(string query, params SigningKey[] keys)
    {
        var transform = new VideoTransform("r", "folder", new VideoPlanner(new VideoPolicy { SigningKeys = keys }, time), maker, _ => false);
        return transform.Decide(new TransformQuery("/a.mp4", keys is [var key, ..] ? UrlSignature.Sign("/a.mp4", query, key) : "?" + query, static _ => null))!.Plan!.Recipe;
    }
}
