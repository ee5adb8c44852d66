using System.Globalization;

namespace Sluice.TestKit.Origins;

/// <summary>Which status and which part of the body a well-behaved file server would send (RFC 9110 sections 13 and 14).</summary>
internal sealed record OriginSelection(int Status, long Offset, long Length, string? ContentRange)
{
    internal static OriginSelection For(OriginCall call, OriginReply reply)
    {
        var whole = new OriginSelection(reply.Status, 0, reply.Body.Length, null);
        if (reply.Status != 200 || call.Method is not ("GET" or "HEAD"))
            return whole;
        if (!reply.IgnoreConditions && Refusal(call, reply) is { } refusal)
            return new OriginSelection(refusal, 0, 0, null);
        if (reply.IgnoreRange || call.Header("Range") is not { } range || call.Method == "HEAD")
            return whole;
        if (!reply.IgnoreConditions && call.Header("If-Range") is { } condition && !Matches(condition, reply))
            return whole;
        return Part(range, reply.Body.Length) ?? whole;
    }

    private static int? Refusal(OriginCall call, OriginReply reply)
    {
        if (call.Header("If-Match") is { } match && match != "*" && !Listed(match, reply.ETag, weak: false))
            return 412;
        if (call.Header("If-Unmodified-Since") is { } before && Date(before) is { } limit && reply.LastModified > limit)
            return 412;
        if (call.Header("If-None-Match") is { } none)
            return none == "*" || Listed(none, reply.ETag, weak: true) ? 304 : null;
        if (call.Header("If-Modified-Since") is { } since && Date(since) is { } held && reply.LastModified <= held)
            return 304;
        return null;
    }

    private static bool Matches(string condition, OriginReply reply) =>
        condition.StartsWith('"') ? condition == reply.ETag : Date(condition) is { } date && date == reply.LastModified;

    private static bool Listed(string list, string? tag, bool weak) =>
        tag is not null && list.Split(',').Select(item => item.Trim()).Any(item => weak
            ? Opaque(item) == Opaque(tag)
            : item == tag && !tag.StartsWith("W/", StringComparison.Ordinal));

    private static string Opaque(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    private static DateTimeOffset? Date(string text) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    /// <summary>Single ranges only: several, or an unknown unit, are ignored, as RFC 9110 section 14.2 allows.</summary>
    private static OriginSelection? Part(string range, long length)
    {
        if (!range.StartsWith("bytes=", StringComparison.Ordinal) || range.Contains(',', StringComparison.Ordinal))
            return null;
        var ends = range["bytes=".Length..].Split('-', 2);
        long? first = long.TryParse(ends[0], CultureInfo.InvariantCulture, out var a) ? a : null;
        long? last = long.TryParse(ends[1], CultureInfo.InvariantCulture, out var b) ? b : null;
        var from = first ?? Math.Max(0, length - (last ?? 0));
        var to = first is null ? length - 1 : Math.Min(last ?? length - 1, length - 1);
        return from > to || from >= length
            ? new OriginSelection(416, 0, 0, string.Create(CultureInfo.InvariantCulture, $"bytes */{length}"))
            : new OriginSelection(206, from, to - from + 1, string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{length}"));
    }
}
