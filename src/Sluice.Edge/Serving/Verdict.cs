namespace Sluice.Edge.Serving;

/// <summary>How a reply came about, for its status headers, the log and the counters.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Forwarded">Why the origin was asked, in the words of RFC 9211 (uri-miss, vary-miss, stale, partial, request, method, bypass); empty when it was not.</param>
/// <param name="Stored">True when what it brought was stored.</param>
/// <param name="Detail">What to add for a person: why something was not stored, or why the request was refused.</param>
internal readonly record struct Verdict(Outcome Outcome, string Forwarded = "", bool Stored = false, string Detail = "")
{
    public static readonly Verdict Hit = new(Outcome.Hit);

    /// <summary>The word nginx uses.</summary>
    public string Status => Outcome switch
    {
        Outcome.Hit => "HIT",
        Outcome.Stale => Forwarded.Length == 0 ? "UPDATING" : "STALE",
        Outcome.Revalidated => "REVALIDATED",
        Outcome.Bypass => "BYPASS",
        Outcome.Miss when Forwarded is "stale" or "request" => "EXPIRED",
        _ => "MISS",
    };
}
