using System.Collections.Frozen;
using System.Text;

namespace Sluice.Core.Telemetry;

/// <summary>Takes secrets out of a query before it is shown or logged: signatures, tokens and keys, by the names they are known to have.</summary>
public static class QueryRedaction
{
    private static readonly FrozenSet<string> Names = ((string[])
    [
        "Key-Pair-Id", "Policy", "sig", "se", "sks", "auth", "authorization", "apikey", "key",
        "passwd", "pwd", "jwt", "session", "hdnts", "hdnea", "hmac", "hash", "code", "signed", "sign",
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Of whatever else such a name is made: X-Amz-Signature, access_token, client_secret, auth_key.
    private static readonly string[] Words = ["signature", "credential", "token", "secret", "password", "accesskey", "-key", "_key"];

    /// <summary>A path and query so.</summary>
    public static string RedactTarget(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[..mark] + Redact(target[mark..]) : target;

    /// <summary>The query (with or without its "?") with the values of secret parameters replaced by ***. Without any, the same string.</summary>
    public static string Redact(string query)
    {
        StringBuilder? text = null;
        var (start, shown) = (query.StartsWith('?') ? 1 : 0, 0);
        foreach (var range in query.AsSpan(start).Split('&'))
        {
            var (at, length) = range.GetOffsetAndLength(query.Length - start);
            var part = query.AsSpan(start + at, length);
            if (part.IndexOf('=') is not (>= 0 and var equals) || !IsSecret(part[..equals])) continue;
            text ??= new StringBuilder(query.Length);
            text.Append(query, shown, start + at + equals + 1 - shown).Append("***");
            shown = start + at + length;
        }

        return text?.Append(query, shown, query.Length - shown).ToString() ?? query;
    }

    private static bool IsSecret(ReadOnlySpan<char> written)
    {
        // An escaped name is the same name to whoever reads it.
        var name = Uri.UnescapeDataString(written.ToString());
        return Names.Contains(name) || Array.Exists(Words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
