using System.Globalization;
using System.Text;
using Sluice.TestKit.Http;

namespace Sluice.Integration.Tests.Ranges;

/// <summary>One part of a multipart/byteranges body (RFC 9110 section 14.6).</summary>
internal sealed record RangePart(long Offset, long Total, string? ContentType, byte[] Body);

/// <summary>Reads multipart/byteranges strictly: a framing error fails the test.</summary>
internal static class MultipartRanges
{
    internal static IReadOnlyList<RangePart> Read(EdgeAnswer answer)
    {
        var type = answer.Header("Content-Type")!;
        var boundary = type[(type.IndexOf("boundary=", StringComparison.Ordinal) + "boundary=".Length)..].Trim('"');
        var parts = new List<RangePart>();
        var rest = answer.Body.AsSpan();
        var open = Encoding.ASCII.GetBytes("--" + boundary);
        rest = rest[rest.IndexOf(open)..];
        while (true)
        {
            Assert.True(rest.StartsWith(open), "a part does not begin with the boundary");
            rest = rest[open.Length..];
            if (rest.StartsWith("--"u8))
                return parts;
            Assert.True(rest.StartsWith("\r\n"u8));
            rest = rest[2..];
            var end = rest.IndexOf("\r\n\r\n"u8);
            var lines = Encoding.ASCII.GetString(rest[..end]).Split("\r\n");
            rest = rest[(end + 4)..];
            var range = Value(lines, "Content-Range")!;
            var numbers = range["bytes ".Length..].Split('-', '/').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var length = (int)(numbers[1] - numbers[0] + 1);
            parts.Add(new RangePart(numbers[0], numbers[2], Value(lines, "Content-Type"), rest[..length].ToArray()));
            rest = rest[length..];
            Assert.True(rest.StartsWith("\r\n"u8));
            rest = rest[2..];
        }
    }

    private static string? Value(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}
