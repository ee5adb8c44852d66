namespace Sluice.Logging;

/// <summary>The outcome of a request in the one vocabulary of log, metrics and dashboard, read off the answer's own status fields.</summary>
internal static class OutcomeWord
{
    /// <summary>hit, miss, stale, revalidated, coalesced, bypass or refused.</summary>
    public static string Of(HttpResponse response) => response.Headers["X-Cache-Status"].ToString() switch
    {
        "HIT" => "hit",
        "STALE" or "UPDATING" => "stale",
        "REVALIDATED" => "revalidated",
        "BYPASS" => "bypass",
        "MISS" or "EXPIRED" => response.Headers["Cache-Status"].ToString().Contains("; collapsed", StringComparison.Ordinal) ? "coalesced" : "miss",
        // Of the server's own answers, which no object is behind, those that are no refusal: receipts of PURGE, preflights, upgraded connections.
        _ => response.StatusCode < 400 ? "bypass" : "refused",
    };
}
