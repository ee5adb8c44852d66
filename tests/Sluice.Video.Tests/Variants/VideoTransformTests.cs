using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Variants;
using Sluice.TestKit.Time;
using Sluice.Video.Access;
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

    private string RecipeOf(string query, params SigningKey[] keys)
    {
        var transform = new VideoTransform("r", "folder", new VideoPlanner(new VideoPolicy { SigningKeys = keys }, time), maker, _ => false);
        return transform.Decide(new TransformQuery("/a.mp4", keys is [var key, ..] ? UrlSignature.Sign("/a.mp4", query, key) : "?" + query, static _ => null))!.Plan!.Recipe;
    }
}
