using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Sluice.Edge.Serving;

/// <summary>What answers from the cache of one object version have in common when the server behind the transport gives them.</summary>
internal sealed class OrdinaryHead(RenderedHead head)
{
    private readonly string key = head.Key;
    private long ttlSecond = long.MinValue;
    private StringValues ttlText;

    public KeyValuePair<string, StringValues>[] Lines { get; } = HeadLines.Render(head);

    /// <summary>The compressed body of a manifest, made at its first use.</summary>
    public byte[]? Compressed { get; set; }

    /// <summary>Cache-Status of a hit (RFC 9211); the same text for a second.</summary>
    public StringValues HitStatus(TimeSpan remaining)
    {
        var seconds = (long)remaining.TotalSeconds;
        if (seconds == Volatile.Read(ref ttlSecond)) return ttlText;
        StringValues text = string.Create(CultureInfo.InvariantCulture, $"Sluice; hit; ttl={seconds}{key}");
        ttlText = text;
        Volatile.Write(ref ttlSecond, seconds);
        return text;
    }
}
