using System.Text;

namespace Sluice.Edge.Tests.Transport;

/// <summary>Requests as clients, proxies and attackers write them: mostly right, mutated here and there, several on one connection.</summary>
internal static class RandomRequests
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "get", "GETT", "POST"];
    private static readonly string[] Targets = ["/a", "/a", "/a", "/b?x=1", "/b?x=2", "/c%20d", "/../a", "/a/", "http://a/a", "*", "//a", "/a#b", "/%zz", "/a%00"];
    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "http/1.1"];

    private static readonly string[] Fields =
    [
        "Accept: */*", "User-Agent: player/1.0 (x; y)", "Accept-Encoding: gzip, br", "Cookie: a=b; c=d", "Accept-Language: de, en;q=0.5",
        "If-None-Match: \"1\"", "If-None-Match: W/\"1\"", "If-None-Match: \"2\", \"1\"", "If-None-Match: *", "If-Match: \"1\"", "If-Match: \"2\"",
        "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
        "Range: bytes=0-9", "Range: bytes=90-", "Range: bytes=-5", "Range: bytes=200-", "Range: bytes=0-1,5-6", "Range: bytes=9-1", "Range: items=0-1", "range:bytes=1-2",
        "If-Range: \"1\"", "If-Range: \"2\"", "Cache-Control: no-cache", "Cache-Control: max-age=0", "Cache-Control: only-if-cached", "Cache-Control: nothing", "Pragma: no-cache",
        "Connection: keep-alive", "Connection: Keep-Alive", "Connection: x-foo", "Content-Length: 0", "Upgrade: foo", "TE: trailers", "Expect: 100-continue",
        "X-Odd:  two  spaces  ", "X-Empty:", "X-Tab:\tx", "Via: 1.1 other", "X-Forwarded-For: 1.2.3.4", "Authorization: Basic eA==", "Host: 127.0.0.1", "X-Folded: a\r\n b",
    ];

    private static readonly string[] Hosts = ["Host: 127.0.0.1", "Host: 127.0.0.1", "Host: a.example:8081", "Host: [::1]:80", "Host: a b", "Host: a/b", "Host:", "host: A", "X-No-Host: 1"];

    public static byte[] Next(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(3); i >= 0; i--) text.Append(One(random));
        var bytes = Encoding.Latin1.GetBytes(text.ToString());
        if (random.Next(4) == 0) Mutate(random, bytes);
        return [.. bytes, .. "\r\n\r\nGET /a HTTP/1.1\r\nHost: end\r\nConnection: close\r\n\r\n"u8];
    }

    public static int[] Cuts(Random random, int length) =>
        random.Next(3) switch { 0 => [], 1 => [random.Next(1, length)], _ => [.. Enumerable.Range(0, 4).Select(_ => random.Next(1, length)).Distinct().Order()] };

    private static string One(Random random)
    {
        var lines = new List<string> { Of(Hosts) };
        for (var i = random.Next(4); i > 0; i--) lines.Insert(random.Next(lines.Count + 1), Of(Fields));
        return $"{Of(Methods)} {Of(Targets)} {Of(Versions)}\r\n{string.Concat(lines.Select(line => line + "\r\n"))}\r\n";

        string Of(string[] values) => values[random.Next(values.Length)];
    }

    private static void Mutate(Random random, byte[] bytes)
    {
        byte[] odd = [0, (byte)'\n', (byte)'\r', (byte)' ', (byte)'\t', (byte)':', 0x7f, 0x80, 0xff, (byte)'/', (byte)'a'];
        for (var i = random.Next(1, 3); i > 0; i--) bytes[random.Next(bytes.Length)] = odd[random.Next(odd.Length)];
    }
}
