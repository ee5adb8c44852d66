using System.Globalization;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Transport;

/// <summary>The heads of an object's plain replies as bytes, made once; a reply adds its age and what is its own.</summary>
internal sealed class PlainHead
{
    /// <summary>No head is longer than this; an object whose head would be goes the ordinary way.</summary>
    public const int MaximumLength = 4096;

    private const int DynamicLength = 256;
    private static readonly string[] OfABody = ["Content-Type", "Content-Encoding", "Content-Language", "Accept-Ranges"];
    private static readonly string[] NotPlain = ["Cache-Status", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Content-Range", "Upgrade", "Trailer", "Age", "X-Cache-Status"];

    private readonly byte[] whole = [];
    private readonly byte[] partial = [];
    private readonly byte[] notModified = [];
    private readonly byte[] tail = [];
    private readonly bool hasDate;

    private PlainHead(RenderedHead head)
    {
        var metadata = head.Metadata;
        if (metadata is not { Status: 200, Length: { } length } || head.IsManifest || !Array.TrueForAll(head.Lines, IsPlain)) return;
        hasDate = Array.Exists(head.Lines, line => line.Key.Equals("Date", StringComparison.OrdinalIgnoreCase));
        whole = Render(head, "200 OK", line => true, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n"));
        partial = Render(head, "206 Partial Content", line => true, "");
        notModified = Render(head, "304 Not Modified", line => !OfABody.Contains(line, StringComparer.OrdinalIgnoreCase), "");
        tail = Encoding.ASCII.GetBytes(head.Key + "\r\n\r\n");
        IsUsable = whole.Length + tail.Length + DynamicLength <= MaximumLength;
        Length = length;
    }

    /// <summary>False for an object that only the ordinary way can answer with.</summary>
    public bool IsUsable { get; }

    private long Length { get; }

    public static PlainHead Of(RenderedHead head) => head.Plain ??= new PlainHead(head);

    /// <summary>Writes the head of a reply; answers its length.</summary>
    /// <param name="into">Room for <see cref="MaximumLength"/> bytes.</param>
    /// <param name="status">200, 206 or 304.</param>
    /// <param name="start">First byte of a part.</param>
    /// <param name="end">One past its last.</param>
    /// <param name="metadata">The object's metadata.</param>
    /// <param name="now">The time.</param>
    public int Write(Span<byte> into, int status, long start, long end, ObjectMetadata metadata, DateTimeOffset now)
    {
        var writer = new HeadWriter(into);
        writer.Add(status switch { 206 => partial, 304 => notModified, _ => whole });
        if (status == 206)
        {
            writer.Add("Content-Length: "u8);
            writer.Add(end - start);
            writer.Add("\r\nContent-Range: bytes "u8);
            writer.Add(start);
            writer.Add("-"u8);
            writer.Add(end - 1);
            writer.Add("/"u8);
            writer.Add(Length);
            writer.Add("\r\n"u8);
        }

        if (!hasDate) writer.AddDate(now);
        writer.Add("Age: "u8);
        writer.Add((long)metadata.Freshness.AgeAt(now).TotalSeconds);
        writer.Add("\r\nX-Cache-Status: HIT\r\nCache-Status: Sluice; hit; ttl="u8);
        writer.Add((long)metadata.Freshness.RemainingAt(now).TotalSeconds);
        writer.Add(tail);
        return writer.Length;
    }

    private static byte[] Render(RenderedHead head, string status, Predicate<string> wants, string more)
    {
        var text = new StringBuilder("HTTP/1.1 ").Append(status).Append("\r\n");
        foreach (var (name, values) in head.Lines)
            if (wants(name))
                foreach (var value in values)
                    text.Append(name).Append(": ").Append(value).Append("\r\n");
        return Encoding.ASCII.GetBytes(text.Append(more).ToString());
    }

    private static bool IsPlain(KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> line) =>
        !NotPlain.Contains(line.Key, StringComparer.OrdinalIgnoreCase)
        && line.Value.All(value => value is { Length: > 0 } && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'));
}
