using System.Text.RegularExpressions;

namespace Sluice.Configuration;

/// <summary>Keeps user names and passwords in URLs out of what is shown.</summary>
internal static partial class UserInfo
{
    /// <summary>The text with ***@ in place of the user information of every URL in it.</summary>
    public static string Mask(string text) => text.Contains('@', StringComparison.Ordinal) ? Part().Replace(text, "://***@") : text;

    [GeneratedRegex("://[^/?#\\s\"]*@")]
    private static partial Regex Part();
}
