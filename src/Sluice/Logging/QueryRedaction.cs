using System.Collections.Frozen;
using System.Text;

namespace Sluice.Logging;

/// <summary>Takes secrets out of a query before it is logged: signatures, tokens and keys, by the names they are known to have.</summary>
internal static class QueryRedaction
{
    private static readonly FrozenSet<string> Names = ((string[])
    [
        "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "Signature", "AWSAccessKeyId", "Key-Pair-Id", "Policy",
        "X-Goog-Signature", "X-Goog-Credential", "sig", "se", "sks", "token", "access_token", "id_token", "refresh_token", "auth", "authorization",
        "apikey", "api_key", "api-key", "key", "secret", "client_secret", "password", "passwd", "pwd", "jwt", "session", "hdnts", "hdnea", "hmac", "hash", "code", "signed", "sign",
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A path and query so.</summary>
    public static string RedactTarget(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[..mark] + Redact(target[mark..]) : target;

    /// <summary>The query (with or without its "?") with the values of secret parameters replaced by ***. Without any, the same string.</summary>
    public static string Redact(string query)
    {
        if (query.Length < 2 || !HasSecret(query))
            return query;
        var text = new StringBuilder(query.Length);
        var start = query[0] == '?' ? 1 : 0;
        text.Append(query, 0, start);
        foreach (var range in query.AsSpan(start).Split('&'))
        {
            var part = query.AsSpan(start)[range];
            if (text.Length > start)
                text.Append('&');
            var equals = part.IndexOf('=');
            if (equals >= 0 && IsSecret(part[..equals]))
                text.Append(part[..(equals + 1)]).Append("***");
            else
                text.Append(part);
        }
        return text.ToString();
    }

    private static bool HasSecret(string query)
    {
        foreach (var range in query.AsSpan(query[0] == '?' ? 1 : 0).Split('&'))
        {
            var part = query.AsSpan(query[0] == '?' ? 1 : 0)[range];
            if (part.IndexOf('=') is >= 0 and var equals && IsSecret(part[..equals]))
                return true;
        }
        return false;
    }

    // An escaped name is the same name to whoever reads it.
    private static bool IsSecret(ReadOnlySpan<char> name) => Names.Contains(Uri.UnescapeDataString(name.ToString()));
}
