using System.Text;
using System.Text.Json;
using Sluice.Video.Metadata;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Metadata;

/// <summary>The record of a variant (rows MET-01 to MET-06).</summary>
public sealed class VariantMetadataTests
{
    private static readonly DateTimeOffset Made = DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_678);

    [Theory]
    [InlineData(
        "/videos/sample.mp4?derivative=mobile",
        """{"sourcePath":"videos/sample.mp4","width":640,"height":360,"format":"mp4","compression":"high","derivative":"mobile","cacheTags":["video-videos/sample.mp4","video-format-mp4","video-derivative-mobile"],"contentType":"video/mp4","contentLength":12345,"createdAt":1767323045678,"expiresAt":1767409445678,"customData":{"mode":"video","query":"?derivative=mobile"}}""")]
    [InlineData(
        "/videos/sample.mp4?w=640&q=high&duration=1.5s&fps=25",
        """{"sourcePath":"videos/sample.mp4","width":640,"height":360,"format":"mp4","quality":"high","cacheTags":["video-videos/sample.mp4","video-format-mp4"],"contentType":"video/mp4","contentLength":12345,"createdAt":1767323045678,"expiresAt":1767409445678,"duration":1.5,"fps":25,"customData":{"mode":"video","query":"?width=640\u0026height=360\u0026format=mp4\u0026quality=high\u0026duration=1.5s\u0026fps=25"}}""")]
    public void Json_OfVariant_IsGolden(string url, string json) => Assert.Equal(json, Encoding.UTF8.GetString(Of(url).ToJson()));

    [Theory]
    [InlineData("/a.mp4?derivative=mobile&format=webm")]
    [InlineData("/a.mp4?mode=frame&time=2s&width=333")]
    [InlineData("/a.mp4?mode=spritesheet&w=640&h=480&columns=2&rows=2")]
    public void Options_OfStoredVariant_AreFoundAgain(string url)
    {
        var read = VariantMetadata.FromJson(Of(url).ToJson());
        Assert.Equal(Planned.For(url).Options, Planned.For($"/{read.SourcePath}{read.CustomData!["query"].GetString()}").Options);
    }

    [Fact]
    public void Json_WithMore_KeepsIt()
    {
        var metadata = Of("/a.mp4?width=640");
        metadata = metadata with { CustomData = metadata.CustomData!.Append(new("note", JsonSerializer.SerializeToElement(new[] { 1, 2 }))).ToDictionary() };
        Assert.Equal(2, VariantMetadata.FromJson(metadata.ToJson()).CustomData!["note"].GetArrayLength());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[")]
    public void Json_OfSomethingElse_IsRefused(string json) => Assert.ThrowsAny<JsonException>(() => VariantMetadata.FromJson(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Metadata_OfNoVariant_IsRefused() => Assert.Throws<ArgumentException>(() => Of("/a.txt"));

    private static VariantMetadata Of(string url) => VariantMetadata.Of(Planned.For(url), "video/mp4", 12_345, Made, Made.AddDays(1));
}
