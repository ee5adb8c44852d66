using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sluice.Core.Freshness;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Transport;

/// <summary>The heads of an object's plain replies as bytes, made once; a reply adds its age and what is its own.</summary>
internal sealed class PlainHead
{
    /// <summary>No head is longer than this; an object whose head would be goes the ordinary way.</summary>
    public const int MaximumLength = 4096;

    private const int DynamicLength = 320;
    private static readonly string[] OfABody = ["Content-Type", "Content-Encoding", "Content-Language", "Accept-Ranges"];
    private static readonly string[] NotPlain = ["Cache-Status", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Content-Range", "Upgrade", "Trailer", "Age", "X-Cache-Status"];

    private readonly RenderedHead head;
    private readonly ObjectFreshness freshness;
    private readonly PlainFields whole;
    private readonly bool hasDate;
    private PlainFields notModified;

    public PlainHead(RenderedHead head)
    {
        var metadata = head.Metadata;
        this.head = head;
        freshness = metadata.Freshness;
        if (metadata is not { Status: 200, Length: { } length } || head.IsManifest) return;
        var lines = HeadLines.Render(head);
        if (!Array.TrueForAll(lines, IsPlain)) return;
        hasDate = Array.Exists(lines, line => line.Key.Equals("Date", StringComparison.OrdinalIgnoreCase));
        whole = new("200 OK", string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n"), lines, head.Key);
        IsUsable = whole.Length + DynamicLength <= MaximumLength;
        Length = length;
    }

    /// <summary>False for an object that only the ordinary way can answer with.</summary>
    public bool IsUsable { get; }

    private long Length { get; }

    /// <summary>Writes the head of a reply; answers its length.</summary>
    /// <param name="into">Room for <see cref="MaximumLength"/> bytes.</param>
    /// <param name="status">200, 206 or 304.</param>
    /// <param name="start">First byte of a part.</param>
    /// <param name="end">One past its last.</param>
    /// <param name="now">The time.</param>
    /// <param name="id">The request's id; empty to tell none.</param>
    public int Write(Span<byte> into, int status, long start, long end, DateTimeOffset now, ReadOnlySpan<char> id)
    {
        var writer = new HeadWriter(into);
        var fields = status == 304 ? NotModified() : whole;
        // What nothing is put into goes in one piece.
        var done = 0;
        if (status == 206)
        {
            writer.Add("HTTP/1.1 206 Partial Content\r\nContent-Length: "u8);
            writer.Add(end - start);
            writer.Add("\r\n"u8);
            done = fields.Known;
        }

        if (!hasDate)
        {
            writer.Add(fields[done, fields.Date]);
            writer.AddDate(now);
            done = fields.Date;
        }

        writer.Add(fields[done, fields.Age]);
        writer.Add("Age: "u8);
        writer.Add((long)freshness.AgeAt(now).TotalSeconds);
        writer.Add("\r\n"u8);
        done = fields.Age;
        if (status == 206)
        {
            writer.Add(fields[done, fields.Range]);
            writer.Add("Content-Range: bytes "u8);
            writer.Add(start);
            writer.Add("-"u8);
            writer.Add(end - 1);
            writer.Add("/"u8);
            writer.Add(Length);
            writer.Add("\r\n"u8);
            done = fields.Range;
        }

        if (!id.IsEmpty)
        {
            // Set first, so it is the first of those that the server does not know.
            writer.Add(fields[done, fields.Others]);
            writer.Add("X-Request-Id: "u8);
            writer.Add(id);
            writer.Add("\r\n"u8);
            done = fields.Others;
        }

        writer.Add(fields[done, fields.End]);
        writer.Add("X-Cache-Status: HIT\r\nCache-Status: Sluice; hit; ttl="u8);
        writer.Add((long)freshness.RemainingAt(now).TotalSeconds);
        writer.Add(fields[fields.End, fields.Length]);
        return writer.Length;
    }

    // Most objects are never asked for by condition, and there are very many of them.
    private PlainFields NotModified()
    {
        if (!notModified.IsMade) notModified = new("304 Not Modified", "", [.. HeadLines.Render(head).Where(static line => !OfABody.Contains(line.Key, StringComparer.OrdinalIgnoreCase))], head.Key);
        return notModified;
    }

    private static bool IsPlain(KeyValuePair<string, StringValues> line) =>
        !NotPlain.Contains(line.Key, StringComparer.OrdinalIgnoreCase)
        && line.Value.All(value => value is { Length: > 0 } && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'));
}
