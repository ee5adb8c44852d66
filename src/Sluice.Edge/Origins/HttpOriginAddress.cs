using System.Text;

namespace Sluice.Edge.Origins;

/// <summary>The parts of an HTTP origin's URL.</summary>
/// <param name="Authority">scheme://host[:port], the port only when it is not the scheme's own.</param>
/// <param name="Prefix">What goes before every path, as written; empty or with a leading and no closing slash.</param>
/// <param name="Authorization">The Authorization field for the user information; null when there is none. A secret.</param>
internal sealed record HttpOriginAddress(string Authority, string Prefix, string? Authorization)
{
    // Without this, Uri would decode %2e, drop dot segments and encode what is not in RFC 3986.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Free of secrets, and the same for every spelling of the host.</summary>
    public string Scope => Authority + Prefix;

    /// <summary>Reads a URL: null when it is good, else what is wrong with it.</summary>
    public static string? TryParse(string url, out HttpOriginAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(url, AsWritten, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return "An HTTP origin's URL must be http(s)://host[:port][/prefix].";
        var path = uri.AbsolutePath;
        if (uri.Query.Length > 0 || path.AsSpan().IndexOfAny('?', '#') >= 0) return "An HTTP origin's URL must not have a query or a fragment.";
        if (path.AsSpan().ContainsAnyExceptInRange('!', '~')) return "The path of an HTTP origin's URL must be percent-encoded.";

        var authority = uri.Scheme + "://" + (uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost) + (uri.IsDefaultPort ? "" : ":" + uri.Port);
        var authorization = uri.UserInfo.Length == 0 ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo)));
        address = new(authority, path.TrimEnd('/'), authorization);
        return null;
    }

    /// <summary>The URL of a request, its path and query byte for byte; only what would break the request line (white space, controls, non-ASCII) is percent-encoded.</summary>
    /// <exception cref="ArgumentException">The path has no leading slash, or the query no leading question mark.</exception>
    /// <exception cref="UriFormatException">It is too long.</exception>
    public Uri Target(string path, string query)
    {
        // Anything else would be read as part of the authority.
        if (!path.StartsWith('/')) throw new ArgumentException("A path must begin with a slash.", nameof(path));
        if (query.Length > 0 && query[0] != '?') throw new ArgumentException("A query must begin with a question mark.", nameof(query));
        var target = Prefix + path + query;
        return new Uri(Authority + (target.AsSpan().ContainsAnyExceptInRange('!', '~') ? Encode(target) : target), AsWritten);
    }

    private static string Encode(string target)
    {
        var result = new StringBuilder(target.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(target))
        {
            if (b is > 0x20 and < 0x7f) result.Append((char)b);
            else result.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return result.ToString();
    }
}
