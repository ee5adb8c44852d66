using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.Proxy;

/// <summary>Trailers go on behind the body where the client's version of HTTP lets the edge send them, and never in the head.</summary>
public sealed class TrailerTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    [Theory]
    [InlineData("2.0", "no-store", "later")]
    [InlineData("1.1", "no-store", null)]
    [InlineData("2.0", "max-age=60", null)]
    public async Task Get_Trailers_GoOnOverHttp2PastTheCache(string version, string control, string? expected)
    {
        var path = http.Put(OriginReply.Text("body") with { CacheControl = control, Chunked = true, Trailers = ["X-Sum: later", "Connection: close", "Content-Length: 9"] });
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await http.Edge.SendAsync(request);

            Assert.Equal("body", await answer.Content.ReadAsStringAsync());
            Assert.False(answer.Headers.Contains("X-Sum"));
            Assert.Equal(expected, answer.TrailingHeaders.NonValidated.TryGetValues("X-Sum", out var sum) ? sum.ToString() : null);
            Assert.False(answer.TrailingHeaders.Contains("Connection") || answer.TrailingHeaders.NonValidated.Contains("Content-Length"));
        }
    }
}
