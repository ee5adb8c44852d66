using System.Net.Http.Headers;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Origins;

/// <summary>Reads an origin's answer off what SocketsHttpHandler made of it.</summary>
internal static class HttpOriginResponse
{
    private static readonly string[] Compressions = ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"];

    /// <summary>The answer, owning <paramref name="response"/> and <paramref name="deadline"/> from then on.</summary>
    /// <exception cref="OriginException">Its length is not a number, or its lines disagree about it; or its status is none, or speaks of a tunnel that was not asked for.</exception>
    public static async Task<OriginResponse> CreateAsync(string origin, OriginRequest request, HttpResponseMessage response, Deadline deadline, TimeSpan idle)
    {
        var status = (int)response.StatusCode;
        // The client of a 101 takes what follows for another protocol (RFC 9110 section 15.2.2): that is for who asked for one.
        if (status < 200 && (status != 101 || request.Upgrade is null))
            throw new OriginException(OriginFailure.Invalid, $"Origin {origin} answered {status:000}, {(status == 101 ? "to a request that asked for no other protocol" : "which is no status of HTTP")}.");
        // Asked for by nobody (TE), and without the field nothing would tell that the bytes are not the content.
        if (response.Headers.TransferEncoding.Any(coding => Compressions.Contains(coding.Value, StringComparer.OrdinalIgnoreCase)))
            throw new OriginException(OriginFailure.Invalid, $"Origin {origin} sent an answer in the transfer coding {response.Headers.TransferEncoding}, for which it was not asked.");
        var headers = HopByHop.Remove(Lines(response.Headers.NonValidated).Concat(Lines(response.Content.Headers.NonValidated)));
        headers.Add("Via", $"{response.Version.ToString(2)} sluice");
        if (status == 101) return await SwitchedAsync(response, headers, deadline);
        var length = Length(origin, headers, isChunked: response.Headers.TransferEncodingChunked == true);
        var hasBody = request.Method != "HEAD" && status is not (204 or 304);
        long? bodyLength = hasBody ? length : 0;
        var part = PartOf(status, headers, bodyLength, hasBody, out var whole);
        return new OriginResponse
        {
            Status = status,
            Headers = headers,
            Body = new HttpBody(origin, response, await response.Content.ReadAsStreamAsync(), hasBody && part is { } p ? p.Item2 - p.Item1 : bodyLength, deadline, idle),
            BodyLength = bodyLength,
            Trailers = response.Headers.TransferEncodingChunked == true ? () => HopByHop.Remove(Lines(response.TrailingHeaders.NonValidated)) : null,
            Range = part,
            Version = VersionOf(status, headers, length, whole),
        };
    }

    /// <summary>Where the bytes of a 206 belong; null where it does not say so in a way that makes sense. <paramref name="whole"/> is what Content-Range tells of the whole length.</summary>
    public static (long Start, long End, long? Total)? PartOf(int status, HeaderList headers, long? bodyLength, bool hasBody, out long? whole)
    {
        var range = status is 206 or 416 && !IsMultipart(headers) && ContentRange.TryParse(headers.Combined("Content-Range"), out var parsed) ? parsed : (ContentRange?)null;
        whole = range?.Length;
        return status == 206 && range is { First: { } first, Last: { } last } && (bodyLength is null || bodyLength == last + 1 - first || !hasBody)
            ? (first, last + 1, range.Value.Length)
            : null;
    }

    /// <summary>The version an answer tells of.</summary>
    public static ObjectVersion VersionOf(int status, HeaderList headers, long? length, long? whole) => new(headers.First("ETag"), headers.First("Last-Modified"), status switch
    {
        206 or 416 => whole,
        304 => null,
        _ => length,
    });

    /// <summary>The answer to a method this origin does not pass on.</summary>
    public static OriginResponse NotImplemented() => new()
    {
        Status = 501,
        Headers = new HeaderList([new("Content-Length", "0")]),
        BodyLength = 0,
        Version = new ObjectVersion(null, null, 0),
    };

    private static async Task<OriginResponse> SwitchedAsync(HttpResponseMessage response, HeaderList headers, Deadline deadline)
    {
        foreach (var (name, value) in Lines(response.Headers.NonValidated))
            if (name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)) headers.Add(name, value);
        return new OriginResponse
        {
            Status = 101,
            Headers = headers,
            Body = new HttpTunnel(response, await response.Content.ReadAsStreamAsync(), deadline),
            Version = new ObjectVersion(null, null, null),
        };
    }

    // Without validation .NET gives every line as it came; validated, it would drop or rewrite what it does not like.
    private static IEnumerable<KeyValuePair<string, string>> Lines(HttpHeadersNonValidated headers)
    {
        foreach (var (name, values) in headers)
            foreach (var value in values) yield return new(name, HeaderList.WithoutControls(value));
    }

    private static bool IsMultipart(HeaderList headers) =>
        headers.First("Content-Type") is { } type && type.TrimStart().StartsWith("multipart/byteranges", StringComparison.OrdinalIgnoreCase);

    // RFC 9112 section 6.3: lines that disagree must not be passed on; Transfer-Encoding overrides the length.
    private static long? Length(string origin, HeaderList headers, bool isChunked)
    {
        if (isChunked)
        {
            headers.Remove("Content-Length");
            return null;
        }
        long? length = null;
        foreach (var (name, value) in headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) continue;
            if (!Digits.TryParseExact(value, out var number) || (length is not null && length != number))
                throw new OriginException(OriginFailure.Invalid, $"Origin {origin} sent an answer with a Content-Length that makes no sense.");
            length = number;
        }
        return length;
    }
}
