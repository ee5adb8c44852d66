using System.Globalization;
using System.Text;
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

    private static readonly (int Date, int Age, int Range) Places = (FieldOrder.PlaceOf("Date"), FieldOrder.PlaceOf("Age"), FieldOrder.PlaceOf("Content-Range"));

    private readonly KeyValuePair<string, StringValues>[] lines = [];
    private readonly Fields? whole;
    private Fields? partial;
    private Fields? notModified;
    private readonly byte[] tail = [];
    private readonly ObjectFreshness freshness;
    private readonly bool hasDate;

    private PlainHead(RenderedHead head)
    {
        var metadata = head.Metadata;
        freshness = metadata.Freshness;
        if (metadata is not { Status: 200, Length: { } length } || head.IsManifest || !Array.TrueForAll(head.Lines, IsPlain)) return;
        hasDate = Array.Exists(head.Lines, line => line.Key.Equals("Date", StringComparison.OrdinalIgnoreCase));
        lines = head.Lines;
        whole = new(string.Create(CultureInfo.InvariantCulture, $"200 OK\r\nContent-Length: {length}"), FieldOrder.Sort(lines));
        tail = Encoding.ASCII.GetBytes(head.Key + "\r\n\r\n");
        IsUsable = whole.Length + tail.Length + DynamicLength <= MaximumLength;
        Length = length;
    }

    /// <summary>False for an object that only the ordinary way can answer with.</summary>
    public bool IsUsable { get; }

    private long Length { get; }

    private Fields Whole => whole!;

    // Most objects are never asked for in part or by condition, and there are very many of them.
    private Fields Partial => partial ??= new Fields("206 Partial Content", Whole);

    private Fields NotModified => notModified ??= new Fields("304 Not Modified", FieldOrder.Sort(lines).Where(static line => !OfABody.Contains(line.Key)));

    public static PlainHead Of(RenderedHead head) => head.Plain ??= new PlainHead(head);

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
        var fields = status switch { 206 => Partial, 304 => NotModified, _ => Whole };
        writer.Add(fields.Start);
        if (status == 206)
        {
            writer.Add("Content-Length: "u8);
            writer.Add(end - start);
            writer.Add("\r\n"u8);
        }

        writer.Add(fields.ToDate);
        if (!hasDate) writer.AddDate(now);
        writer.Add(fields.ToAge);
        writer.Add("Age: "u8);
        writer.Add((long)freshness.AgeAt(now).TotalSeconds);
        writer.Add("\r\n"u8);
        writer.Add(fields.ToRange);
        if (status == 206)
        {
            writer.Add("Content-Range: bytes "u8);
            writer.Add(start);
            writer.Add("-"u8);
            writer.Add(end - 1);
            writer.Add("/"u8);
            writer.Add(Length);
            writer.Add("\r\n"u8);
        }

        writer.Add(fields.ToOthers);
        if (!id.IsEmpty)
        {
            // Set first, so it is the first of those that the server does not know.
            writer.Add("X-Request-Id: "u8);
            writer.Add(id);
            writer.Add("\r\n"u8);
        }

        writer.Add(fields.Others);
        writer.Add("X-Cache-Status: HIT\r\nCache-Status: Sluice; hit; ttl="u8);
        writer.Add((long)freshness.RemainingAt(now).TotalSeconds);
        writer.Add(tail);
        return writer.Length;
    }

    private static bool IsPlain(KeyValuePair<string, StringValues> line) =>
        !NotPlain.Contains(line.Key, StringComparer.OrdinalIgnoreCase)
        && line.Value.All(value => value is { Length: > 0 } && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'));

    /// <summary>What is the same in every reply of a status, cut where a reply puts in what is its own.</summary>
    private sealed class Fields
    {
        public Fields(string status, IEnumerable<KeyValuePair<string, StringValues>> sorted)
        {
            var lines = sorted.ToArray();
            Start = StatusLine(status);
            ToDate = Render(lines, int.MinValue, Places.Date);
            ToAge = Render(lines, Places.Date, Places.Age);
            ToRange = Render(lines, Places.Age, Places.Range);
            ToOthers = Render(lines, Places.Range, FieldOrder.Others);
            Others = Render(lines, FieldOrder.Others, long.MaxValue);
        }

        /// <summary>The same fields after another status line.</summary>
        public Fields(string status, Fields other) =>
            (Start, ToDate, ToAge, ToRange, ToOthers, Others) = (StatusLine(status), other.ToDate, other.ToAge, other.ToRange, other.ToOthers, other.Others);

        public byte[] Start { get; }

        public byte[] ToDate { get; }

        public byte[] ToAge { get; }

        public byte[] ToRange { get; }

        public byte[] ToOthers { get; }

        public byte[] Others { get; }

        public int Length => Start.Length + ToDate.Length + ToAge.Length + ToRange.Length + ToOthers.Length + Others.Length;

        private static byte[] StatusLine(string status) => Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n");

        private static byte[] Render(KeyValuePair<string, StringValues>[] lines, long from, long to)
        {
            var text = new StringBuilder();
            foreach (var (name, values) in lines)
                if (FieldOrder.PlaceOf(name) is var place && place >= from && place < to)
                    foreach (var value in values)
                        text.Append(name).Append(": ").Append(value).Append("\r\n");
            return text.Length == 0 ? [] : Encoding.ASCII.GetBytes(text.ToString());
        }
    }
}
