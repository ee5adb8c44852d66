using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.Serving;

/// <summary>Field values are bytes that the edge has no business to change (RFC 9110 section 5.5).</summary>
public sealed class FieldTests(HttpEdge edge) : IClassFixture<HttpEdge>
{
    [Fact]
    public async Task Field_BeyondAscii_PassesUnchanged()
    {
        const string tag = "\"caf\u00e9\u00ff\u0080\"";
        var path = edge.Put(OriginReply.Object(7, 100) with { ETag = tag, CacheControl = "max-age=60", Headers = [new("X-Title", "\u00fcber")] });

        for (var i = 0; i < 2; i++)
        {
            var answer = await RawHttp.GetAsync(edge.Sluice.EdgeAddress, path, "X-Viewer: \u00f8re");
            Assert.Equal((200, tag, "\u00fcber"), (answer.Status, answer.Header("ETag"), answer.Header("X-Title")));
        }

        Assert.Equal("\u00f8re", edge.Origin.CallsOf(path).Single().Header("X-Viewer"));
        Assert.Equal(304, (await RawHttp.GetAsync(edge.Sluice.EdgeAddress, path, $"If-None-Match: {tag}")).Status);
    }
}
