using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Edge.Tests.Origins;

public class HttpOriginResponseTests
{
    [Fact]
    public async Task Fetch_ResponseLines_ComeBackAsSent()
    {
        await using var server = new RawServer(
            "HTTP/1.1 200 OK\r\nDate: x\r\nset-cookie: a=1, b\r\nETag: unquoted\r\nX-Obs: \u00fc\u0080\r\nSet-Cookie: c=2\r\nVary:  a ,  b  \r\nX-Empty:\r\nLink: <a>; rel=b\r\nLink: <c>\r\n"
            + "Cache-Control: max-age=abc,,x\r\nAge: -1\r\nExpires: 0\r\nExpires: 1\r\nLast-Modified: soon\r\nContent-Type: no;;nsense\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok");
        var (response, body) = await server.GetAsync();
        Assert.Equal("ok", body);
        Assert.Equal(
            ["Date: x", "Set-Cookie: a=1, b", "Set-Cookie: c=2", "ETag: unquoted", "X-Obs: \u00fc\u0080", "Vary: a ,  b", "X-Empty: ", "Link: <a>; rel=b", "Link: <c>",
                "Cache-Control: max-age=abc,,x", "Age: -1", "Expires: 0", "Expires: 1", "Last-Modified: soon", "Content-Type: no;;nsense", "Content-Encoding: gzip", "Content-Length: 2", "Via: 1.1 sluice"],
            response.Headers.Select(l => $"{l.Key}: {l.Value}"));
        Assert.Equal(new ObjectVersion("unquoted", "soon", 2), response.Version);
        Assert.Equal(2, response.BodyLength);
    }

    [Fact]
    public async Task Fetch_ControlCharactersInAValue_BecomeSpaces()
    {
        // A server would refuse to send them on, and so the whole answer, also each time it comes from the cache.
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nX-Name: a\u0001b\tc\u007fd\u001be\u00fc\r\nContent-Length: 0\r\n\r\n");
        var (response, _) = await server.GetAsync();
        Assert.Equal("a b\tc d e\u00fc", response.Headers.First("X-Name"));
    }

    [Fact]
    public async Task Fetch_ConnectionFields_AreRemoved()
    {
        await using var server = new RawServer(
            "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: x\r\nTE: x\r\nTrailer: x\r\nUpgrade: h2\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n");
        var (response, _) = await server.GetAsync();
        Assert.Equal(["X-Kept: 1", "Content-Length: 0", "Via: 1.1 sluice"], response.Headers.Select(l => $"{l.Key}: {l.Value}"));
    }

    [Theory]
    [InlineData(299)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(407)]
    [InlineData(417)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(599)]
    public async Task Fetch_AnyFinalStatus_ComesBackOnce(int status)
    {
        await using var server = new RawServer($"HTTP/1.1 {status} Odd\r\nLocation: /elsewhere\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nbody");
        var (response, body) = await server.GetAsync();
        Assert.Equal((status, "body", 1), (response.Status, body, server.Requests.Length));
    }

    [Fact]
    public async Task Fetch_InterimResponses_AreNotTheAnswer()
    {
        await using var server = new RawServer("HTTP/1.1 102 Wait\r\nX: 1\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        var (response, body) = await server.GetAsync();
        Assert.Equal((200, "ok", false), (response.Status, body, response.Headers.Contains("Link")));
    }

    [Theory]
    [InlineData("HEAD", "200 OK\r\nContent-Length: 10\r\nETag: \"a\"", 10L)]
    [InlineData("GET", "304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 10", null)]
    [InlineData("GET", "304 Not Modified\r\nETag: \"a\"", null)]
    [InlineData("GET", "204 No Content\r\nETag: \"a\"", null)]
    public async Task Fetch_AnswerWithoutBody_EndsAtOnce(string method, string head, long? whole)
    {
        await using var server = new RawServer($"HTTP/1.1 {head}\r\n\r\n");
        var (response, body) = await server.GetAsync(request: new() { Method = method, Path = "/" });
        Assert.Equal(("", 0L, new ObjectVersion("\"a\"", null, whole)), (body, response.BodyLength, response.Version));
    }

    [Fact]
    public async Task Fetch_Chunked_HasNoLengthEvenWhenOneIsClaimed()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n2;x=y\r\nab\r\n3\r\ncde\r\n0\r\nT: 1\r\n\r\n");
        var (response, body) = await server.GetAsync();
        Assert.Equal(("abcde", null, false, null), (body, response.BodyLength, response.Headers.Contains("Content-Length"), response.Version.Length));
        Assert.Equal(["T: 1"], response.Trailers!().Select(l => $"{l.Key}: {l.Value}"));
    }

    [Theory]
    [InlineData("gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")]
    [InlineData("GZIP\r\n\r\nab")]
    [InlineData("deflate\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")]
    [InlineData("br, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")]
    public async Task Fetch_InACompressionOfTheTransfer_IsNoAnswer(string answer)
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + answer);
        Assert.Equal(OriginFailure.Invalid, (await Assert.ThrowsAsync<OriginException>(() => server.GetAsync())).Failure);
    }

    // http-cache-tests, headers-store-Transfer-Encoding: an unknown coding, and the end of the connection as the end of the body.
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: nonsense\r\n\r\nto the end")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nto the end")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nto the end")]
    public async Task Fetch_BodyEndedByClosing_IsWhole(string text)
    {
        await using var server = new RawServer(new RawReply(text, RawEnd.Close));
        var (response, body) = await server.GetAsync();
        Assert.Equal(("to the end", null, $"{text[5..8]} sluice"), (body, response.BodyLength, response.Headers.Combined("Via")));
        Assert.Single(response.Headers);
    }

    [Theory]
    [InlineData("bytes 2-5/10", "Content-Length: 4", 2L, 6L, 10L)]
    [InlineData("bytes 2-5/*", "Content-Length: 4", 2L, 6L, null)]
    [InlineData("bytes 2-5/10", "Transfer-Encoding: chunked", 2L, 6L, 10L)]
    public async Task Fetch_Part_SaysWhereItBelongs(string contentRange, string framing, long start, long end, long? total)
    {
        var body = framing.StartsWith('C') ? "cdef" : "4\r\ncdef\r\n0\r\n\r\n";
        await using var server = new RawServer($"HTTP/1.1 206 Part\r\nContent-Range: {contentRange}\r\nETag: \"a\"\r\n{framing}\r\n\r\n{body}");
        var (response, text) = await server.GetAsync(request: new() { Path = "/", Range = new(2, 5) });
        Assert.Equal((206, "cdef"), (response.Status, text));
        Assert.Equal((start, end, total), response.Range);
        Assert.Equal(new ObjectVersion("\"a\"", null, total), response.Version);
    }

    [Theory]
    [InlineData("Content-Range: bytes 4-9/10")]
    [InlineData("Content-Range: bytes 5-2/10")]
    [InlineData("Content-Range: bytes */10")]
    [InlineData("Content-Range: chars 0-4/10")]
    [InlineData("Content-Range: bytes 0-4/10\r\nContent-Range: bytes 5-9/10")]
    [InlineData("Content-Range: bytes 0-4/10\r\nContent-Type: multipart/byteranges; boundary=x")]
    [InlineData("X: no content range")]
    public async Task Fetch_PartThatMakesNoSense_IsOpaque(string lines)
    {
        await using var server = new RawServer($"HTTP/1.1 206 Part\r\n{lines}\r\nContent-Length: 5\r\n\r\n01234");
        var (response, text) = await server.GetAsync();
        Assert.Equal((206, "01234", null), (response.Status, text, response.Range));
    }

    [Fact]
    public async Task Fetch_RangeRefused_TellsTheLength()
    {
        await using var server = new RawServer("HTTP/1.1 416 No\r\nContent-Range: bytes */10\r\nContent-Length: 0\r\n\r\n");
        var (response, _) = await server.GetAsync();
        Assert.Equal((416, 10L, null), (response.Status, response.Version.Length, response.Range));
    }

    [Fact]
    public async Task Fetch_AfterAWholeBody_UsesTheConnectionAgain()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var origin = server.Origin();
        for (var i = 0; i < 3; i++)
        {
            await using var response = await origin.FetchAsync(new() { Path = "/" }, default);
            await response.Body.ReadExactlyAsync(new byte[2]);
        }
        Assert.Equal((3, 1), (server.Requests.Length, server.Connections));
    }
}
