using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;

namespace Sluice.Edge.Tests.Origins;

public class HttpOriginRequestTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static async Task<string> Sent(OriginRequest request, Func<HttpOriginOptions, HttpOriginOptions>? change = null)
    {
        await using var server = new RawServer(Ok);
        using var origin = server.Origin(change: change is null ? null : o => change(o with { Url = server.Url }));
        await using var response = await origin.FetchAsync(request, CancellationToken.None);
        return Assert.Single(server.Requests).Replace($":{server.Port}", ":PORT", StringComparison.Ordinal);
    }

    private static async Task<string> Line(OriginRequest request, Func<HttpOriginOptions, HttpOriginOptions>? change = null) =>
        (await Sent(request, change)).Split("\r\n")[0];

    [Theory]
    [InlineData("/", "")]
    [InlineData("/%2e%2E/a%2Fb", "")]
    [InlineData("/a//b///c", "")]
    [InlineData("/a./b../c...", "")]
    [InlineData("/../x/./y/..", "")]
    [InlineData("/a|b{c}^`\"<>\\[d]", "?q=|{}^`\"<>\\")]
    [InlineData("/%7e%41%c3%bc%00%zz%", "?%7e=%zz&a=%")]
    [InlineData("/a;p=1,2", "?a?b=/..//.")]
    [InlineData("/a#b", "?c#d")]
    [InlineData("/a", "?")]
    public async Task Fetch_PathAndQuery_AreSentByteForByte(string path, string query) =>
        Assert.Equal($"GET {path}{query} HTTP/1.1", await Line(new() { Path = path, Query = query }));

    [Fact]
    public async Task Fetch_CharactersThatWouldBreakTheRequestLine_AreEncoded() =>
        Assert.Equal("GET /a%20b%0D%0AX:%C3%BC?%09%7F HTTP/1.1", await Line(new() { Path = "/a b\r\nX:ü", Query = "?\t\x7f" }));

    [Theory]
    [InlineData("a", "")]
    [InlineData("@evil/", "")]
    [InlineData("", "")]
    [InlineData("/a", "b")]
    public async Task Fetch_PathOrQueryWithoutItsMark_IsRefused(string path, string query) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Sent(new() { Path = path, Query = query }));

    [Theory]
    [InlineData("", "/a%2e")]
    [InlineData("/", "/a%2e")]
    [InlineData("/p%2e//q/", "/p%2e//q/a%2e")]
    public async Task Fetch_UrlWithPrefix_PutsItFirst(string prefix, string expected) =>
        Assert.Equal($"GET {expected} HTTP/1.1", await Line(new() { Path = "/a%2e" }, o => o with { Url = o.Url + prefix }));

    [Fact]
    public async Task Fetch_PlainGet_AddsNothingButHost() =>
        Assert.Equal("GET /x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", await Sent(new() { Path = "/x" }));

    [Fact]
    public async Task Fetch_Fields_AreSentAsGiven()
    {
        var headers = new HeaderList([
            new("accept-language", "*"), new("User-Agent", "x  ((y"), new("X-Dup", "1"), new("If-None-Match", "abc, W/x"), new("If-Modified-Since", "nonsense"),
            new("Range", "bytes=0-,-"), new("Cookie", "a=1"), new("Cookie", "b=2"), new("X-Empty", ""), new("x-dup", "2"), new("X-Obs", "ü\u0080"),
            new("Cache-Control", "nothing-to-see-here, max-age=abc"), new("Date", "0"), new("Accept-Encoding", "gzip;q=9")]);
        var sent = (await Sent(new() { Path = "/", Headers = headers })).Split("\r\n");
        Assert.Equal(
            ["accept-language: *", "User-Agent: x  ((y", "X-Dup: 1, 2", "If-None-Match: abc, W/x", "If-Modified-Since: nonsense", "Range: bytes=0-,-", "Cookie: a=1; b=2",
                "X-Empty: ", "X-Obs: ü\u0080", "Cache-Control: nothing-to-see-here, max-age=abc", "Date: 0", "Accept-Encoding: gzip;q=9"],
            sent[2..^2], StringComparer.OrdinalIgnoreCase);
    }

    // .NET has no place for these on a request without a body, so they travel with an empty one.
    [Fact]
    public async Task Fetch_BodyFieldsWithoutBody_AreSent()
    {
        var headers = new HeaderList([new("Content-Type", "nonsense;;"), new("Content-Language", "de"), new("Expires", "0"), new("Last-Modified", "x")]);
        var sent = (await Sent(new() { Path = "/", Headers = headers })).Split("\r\n");
        Assert.Equal(["Content-Type: nonsense;;", "Content-Language: de", "Expires: 0", "Last-Modified: x"], sent.Where(l => !l.StartsWith("Content-Length", StringComparison.Ordinal)).ToArray()[2..^2]);
    }

    [Fact]
    public async Task Fetch_FramingAndConnectionFields_AreNotTaken()
    {
        var headers = new HeaderList([
            new("Content-Length", "5"), new("Transfer-Encoding", "chunked"), new("Host", "evil"), new("Connection", "upgrade"), new("Upgrade", "h2c"), new("TE", "trailers")]);
        Assert.Equal("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", await Sent(new() { Path = "/", Headers = headers }));
    }

    [Theory]
    [InlineData("X", "a\r\nEvil: 1")]
    [InlineData("X", "a\nb")]
    [InlineData("X Y", "a")]
    [InlineData("X:Y", "a")]
    [InlineData("", "a")]
    public async Task Fetch_FieldThatIsNotOneLine_IsRefused(string name, string value) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Sent(new() { Path = "/", Headers = new([new(name, value)]) }));

    [Theory]
    [InlineData("M-SEARCH")]
    [InlineData("PURGE")]
    [InlineData("OPTIONS")]
    [InlineData("HEAD")]
    [InlineData("a!b")]
    public async Task Fetch_AnyMethod_IsPassed(string method) => Assert.Equal($"{method} / HTTP/1.1", await Line(new() { Method = method, Path = "/" }));

    // An origin that answers TRACE sends back what it got, and who asked is not who has the keys.
    [Theory]
    [InlineData("TRACE")]
    [InlineData("trace")]
    public async Task Fetch_Trace_CarriesNoKeys(string method)
    {
        var sent = await Sent(
            new() { Method = method, Path = "/", Headers = new([new("X-Mine", "1")]) },
            o => o with { Url = o.Url.Replace("//", "//user:secret@", StringComparison.Ordinal), Headers = new Dictionary<string, string> { ["X-Key"] = "secret" } });
        Assert.StartsWith("TRACE / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX-Mine: 1\r\n", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", sent, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Key", sent, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Fetch_MethodThatIsNoToken_IsRefused() => await Assert.ThrowsAsync<ArgumentException>(() => Sent(new() { Method = "GET / HTTP/1.1\r\n", Path = "/" }));

    [Fact]
    public async Task Fetch_Connect_IsNotPassed()
    {
        await using var server = new RawServer(Ok);
        using var origin = server.Origin();
        await using var response = await origin.FetchAsync(new() { Method = "connect", Path = "/" }, default);
        Assert.Equal((501, 0), (response.Status, server.Requests.Length));
    }

    [Theory]
    [InlineData("PUT", 5L, "Content-Length: 5\r\n\r\nhello")]
    [InlineData("GET", 5L, "Content-Length: 5\r\n\r\nhello")]
    [InlineData("POST", null, "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public async Task Fetch_Body_IsStreamed(string method, long? length, string expected)
    {
        var sent = await Sent(new() { Method = method, Path = "/", Body = new MemoryStream("hello"u8.ToArray()), BodyLength = length, Headers = new([new("Content-Type", "a/b")]) });
        var (head, tail) = expected.StartsWith('C') ? ("Content-Length: 5", "\r\n\r\nhello") : ("Transfer-Encoding: chunked", "\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        Assert.Contains("\r\nContent-Type: a/b", sent, StringComparison.Ordinal);
        Assert.Contains("\r\n" + head + "\r\n", sent, StringComparison.Ordinal);
        Assert.EndsWith(tail, sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_BodyThatFails_ThrowsTheClientsException()
    {
        await using var server = new RawServer(Ok);
        using var origin = server.Origin();
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(async () =>
            await origin.FetchAsync(new() { Method = "PUT", Path = "/", Body = new FailingStream(), BodyLength = 5 }, default));
        Assert.Equal("the client left", thrown.Message);
    }

    [Fact]
    public async Task Fetch_HostOption_ReplacesTheHost() =>
        Assert.Contains("\r\nHost: media.example:81\r\n", await Sent(new() { Path = "/" }, o => o with { Host = "media.example:81" }), StringComparison.Ordinal);

    [Fact]
    public async Task Fetch_UserInformation_BecomesAuthorizationAndIsShownNowhere()
    {
        await using var server = new RawServer(new RawReply("", RawEnd.Close));
        using var origin = server.Origin(change: o => o with { Url = o.Url.Replace("//", "//us%40er:s%3Acret@", StringComparison.Ordinal) + "/p" });
        var failure = await Assert.ThrowsAsync<OriginException>(async () =>
            await origin.FetchAsync(new() { Path = "/", Headers = new([new("authorization", "Bearer client")]) }, default));
        var expected = "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("us@er:s:cret"));
        Assert.Equal([expected], server.Requests[0].Split("\r\n").Where(l => l.StartsWith("auth", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(server.Url + "/p", origin.Scope);
        Assert.DoesNotContain("cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Held_AsksWithBothValidators()
    {
        var request = new OriginRequest { Path = "/", Held = new("W/\"a\"", "yesterday", 5), Headers = new([new("if-none-match", "\"client\""), new("If-Modified-Since", "client")]) };
        var sent = (await Sent(request)).Split("\r\n");
        Assert.Equal(["If-None-Match: W/\"a\"", "If-Modified-Since: yesterday"], sent[2..^2]);
    }

    [Theory]
    [InlineData("\"a\"", "yesterday", "If-Match: \"a\"")]
    [InlineData("W/\"a\"", "yesterday", "If-Unmodified-Since: yesterday")]
    [InlineData(null, "yesterday", "If-Unmodified-Since: yesterday")]
    [InlineData("W/\"a\"", null, null)]
    public async Task Fetch_RangeOfARequiredVersion_IsConditional(string? tag, string? modified, string? expected)
    {
        var sent = (await Sent(new() { Path = "/", Range = new(5, 9), Require = new(tag, modified, 10), Headers = new([new("range", "bytes=0-1")]) })).Split("\r\n");
        string[] lines = expected is null ? ["Range: bytes=5-9"] : ["Range: bytes=5-9", expected];
        Assert.Equal(lines, sent[2..^2]);
    }

    [Theory]
    [InlineData("ftp://h/")]
    [InlineData("h:80")]
    [InlineData("http://")]
    [InlineData("http://h/?q")]
    [InlineData("http://h/#f")]
    [InlineData("http://h/ü")]
    [InlineData("/folder")]
    [InlineData("")]
    public void Create_BadUrl_IsRefusedWithoutRepeatingIt(string url)
    {
        var refused = Assert.Throws<ArgumentException>(() => HttpOrigin.Create("x", new() { Url = url }, TimeProvider.System));
        Assert.Contains("HTTP origin's URL", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SeveralBadSettings_ListsThemAll()
    {
        var refused = Assert.Throws<ArgumentException>(() => HttpOrigin.Create("x", new() { Url = "x", Host = "a b", ConnectTimeout = TimeSpan.Zero, MaximumConnections = 0 }, TimeProvider.System));
        foreach (var word in new[] { "URL", "Host", "ConnectTimeout", "MaximumConnections" }) Assert.Contains(word, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://EXAMPLE.com:80/a/", "http://example.com/a")]
    [InlineData("https://u:p@example.com:8443", "https://example.com:8443")]
    [InlineData("http://[::1]:9/", "http://[::1]:9")]
    public void Scope_SameServer_HasOneSpelling(string url, string scope)
    {
        using var origin = HttpOrigin.Create("x", new() { Url = url }, TimeProvider.System);
        Assert.Equal(scope, origin.Scope);
    }

    [Fact]
    public void Scope_AnotherSiteOfTheSameServer_IsAnother()
    {
        using var plain = HttpOrigin.Create("x", new() { Url = "http://10.0.0.5/p" }, TimeProvider.System);
        using var one = HttpOrigin.Create("x", new() { Url = "http://10.0.0.5/p", Host = "One.example" }, TimeProvider.System);
        using var other = HttpOrigin.Create("x", new() { Url = "http://10.0.0.5/p", Host = "other.example" }, TimeProvider.System);
        Assert.Equal(["http://10.0.0.5/p", "http://10.0.0.5/p#one.example", "http://10.0.0.5/p#other.example"], new[] { plain, one, other }.Select(origin => origin.Scope));
    }

    private sealed class FailingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidDataException("the client left");
    }
}
