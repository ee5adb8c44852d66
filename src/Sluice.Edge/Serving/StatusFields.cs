using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sluice.Edge.Serving;

/// <summary>X-Cache-Status in nginx's words, and Cache-Status (RFC 9211).</summary>
internal static class StatusFields
{
    private static readonly StringValues HitWord = "HIT";

    public static void Write(IHeaderDictionary headers, Verdict verdict, RenderedHead? head = null, TimeSpan remaining = default)
    {
        if (verdict.Outcome == Outcome.Hit && head is not null)
        {
            headers["X-Cache-Status"] = HitWord;
            headers["Cache-Status"] = StringValues.IsNullOrEmpty(headers["Cache-Status"]) ? head.Ordinary.HitStatus(remaining) : Append(headers["Cache-Status"], head.Ordinary.HitStatus(remaining)!);
            return;
        }

        headers["X-Cache-Status"] = verdict.Status;
        headers["Cache-Status"] = Append(headers["Cache-Status"], Describe(verdict, remaining, head));
    }

    /// <summary>Caches nearer to the origin come first in the list.</summary>
    private static StringValues Append(StringValues upstream, string mine) => upstream.Count == 0 ? mine : upstream + ", " + mine;

    private static string Describe(Verdict verdict, TimeSpan remaining, RenderedHead? head)
    {
        var text = "Sluice";
        if (verdict.Outcome is Outcome.Hit or Outcome.Stale && verdict.Forwarded.Length == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{text}; hit; ttl={(long)remaining.TotalSeconds}{head?.Key}");
        if (verdict.Forwarded.Length > 0) text += "; fwd=" + verdict.Forwarded;
        if (verdict.Stored) text += "; stored";
        if (verdict.Outcome == Outcome.Coalesced) text += "; collapsed";
        if (verdict.Stored || verdict.Outcome is Outcome.Stale or Outcome.Revalidated) text += head?.Key;
        if (verdict.Detail.Length > 0) text += $"; detail=\"{verdict.Detail}\"";
        return text;
    }
}
