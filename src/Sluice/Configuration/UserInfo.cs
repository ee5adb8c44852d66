using System.Text.RegularExpressions;

namespace Sluice.Configuration;

/// <summary>Keeps user names and passwords in URLs out of what is shown.</summary>
internal static partial class UserInfo
{
    /// <summary>The text with ***@ in place of the user information of every URL in it.</summary>
    public static string Mask(string text) => text.Contains('@', StringComparison.Ordinal) ? Part().Replace(text, "://***@") : text;

    /// <summary>True when a URL, well-formed or not, has user information.</summary>
    public static bool IsIn(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var rest = url.AsSpan(scheme < 0 ? 0 : scheme + 3);
        var end = rest.IndexOfAny("/?#");
        return (end < 0 ? rest : rest[..end]).Contains('@');
    }

    // What messages say to write is nobody's name.
    [GeneratedRegex("://(?!USER@HOST/)[^/?#\\s\"]*@")]
    private static partial Regex Part();
}
