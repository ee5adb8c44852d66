using System.Globalization;

namespace Sluice.Core.Objects;

/// <summary>One byte range as a request names it (RFC 9110 section 14.1.2): a-b, a- or the last n bytes.</summary>
/// <param name="First">First byte, counted from 0; null for a suffix range.</param>
/// <param name="Last">Last byte, included; null for "to the end". For a suffix range: how many bytes from the end.</param>
public readonly record struct ByteRange(long? First, long? Last)
{
    /// <summary>The bytes from <paramref name="first"/> to the end.</summary>
    public static ByteRange From(long first) => new(first, null);

    /// <summary>The last <paramref name="count"/> bytes.</summary>
    public static ByteRange Suffix(long count) => new(null, count);

    /// <summary>The range within a body of <paramref name="length"/> bytes as [start, end), or null when it is unsatisfiable (416).</summary>
    public (long Start, long End)? Resolve(long length)
    {
        if (First is not { } first)
            return Last is > 0 && length > 0 ? (Math.Max(0, length - Last.Value), length) : null;
        if (first >= length) return null;
        return (first, Last is { } last ? Math.Min(last, length - 1) + 1 : length);
    }

    /// <summary>As a Range header's value: bytes=a-b.</summary>
    public override string ToString() => First is { } first
        ? string.Create(CultureInfo.InvariantCulture, $"bytes={first}-{Last}")
        : string.Create(CultureInfo.InvariantCulture, $"bytes=-{Last}");
}
