using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Playback;

/// <summary>Adds a token to every address in a manifest (RFC 8216, ISO/IEC 23009-1) or list of thumbnails (WebVTT), so that players that know nothing of tokens carry it along.</summary>
internal static partial class SignedManifest
{
    // Text that only players put in (EXT-X-DEFINE), of which such as they import or find in their URL is not even known here.
    private const string Variable = "{$";

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    /// <summary>True for a path whose body is rewritten for each viewer.</summary>
    public static bool Is(string path) => path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".vtt", StringComparison.OrdinalIgnoreCase) || IsDash(path);

    /// <summary>The text with tokens.</summary>
    public static string Write(string path, string text, string token)
    {
        if (IsDash(path)) return WriteDash(text, token);
        var isManifest = path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase);
        var mayLeadAway = isManifest && text.Contains(Variable, StringComparison.Ordinal) && text.Split('\n').Any(static line => line.Contains("#EXT-X-DEFINE", StringComparison.Ordinal) && !PlainVariable().IsMatch(line.TrimEnd()));
        var mayBeRooted = mayLeadAway || (isManifest && text.Contains("VALUE=\"/", StringComparison.Ordinal));
        var result = new StringBuilder(text.Length * 2);
        foreach (var line in text.Split('\n'))
        {
            if (result.Length > 0) result.Append('\n');
            // White space alone is a line of a caption, which an empty line would end.
            var bare = isManifest ? line.TrimEnd() : line.TrimEnd('\r');
            if (isManifest ? bare.Length > 0 && bare[0] != '#' : IsPicture(bare)) result.Append(Signed(bare));
            else if (isManifest && bare.StartsWith('#') && bare.IndexOf("URI=\"", StringComparison.Ordinal) is >= 0 and var at && bare.IndexOf('"', at + 5) is >= 0 and var end)
                result.Append(bare, 0, at + 5).Append(Signed(bare[(at + 5)..end])).Append(bare, end, bare.Length - end);
            else result.Append(bare);
        }
        return result.ToString();

        string Signed(string address) => BeginsWithVariable(address) && (address.AsSpan().TrimStart() is ['/', ..] ? mayBeRooted : mayLeadAway) ? address : Sign(address, token);
    }

    // A part of a sheet, or a file for each picture; not a caption that speaks of one.
    private static bool IsPicture(ReadOnlySpan<char> line) =>
        line.Contains("#xywh=", StringComparison.Ordinal) || (!line.Trim().ContainsAny(' ', '\t') && MediaTypes.ForPath(line[..(line.IndexOfAny('?', '#') is >= 0 and var end ? end : line.Length)].Trim()).StartsWith("image/", StringComparison.Ordinal));

    // What follows a folder's slash, a question mark or a hash leads nowhere else, whatever it stands for.
    private static bool BeginsWithVariable(string address) =>
        address.IndexOf(Variable, StringComparison.Ordinal) is >= 0 and var at && address.AsSpan(0, at).Trim() is var before && (before is "/" || before.IndexOfAny("/?#") < 0);

    // Neither a scheme nor a server can be made of these, however they are put together, but by a slash before one that begins with a slash.
    [GeneratedRegex("""^#EXT-X-DEFINE:(NAME="[^"]*",VALUE="/?[\w.~%-][\w.~%/-]*"|VALUE="/?[\w.~%-][\w.~%/-]*",NAME="[^"]*")$""")]
    private static partial Regex PlainVariable();

    // Addresses and templates of segments are attributes, those they are relative to are elements. Where one of the latter is of another server, the former may be of that server too.
    private static string WriteDash(string text, string token) =>
        text.Contains("<!DOCTYPE", StringComparison.Ordinal) || DashAddress().Matches(text).Any(static match => match.Groups["base"].Value is var address && (IsElsewhere(address) || IsVeiled(address)))
            ? text
            : DashAddress().Replace(text, match => match.Groups["base"].Value.EndsWith('/') || IsVeiled(match.Value) ? match.Value : match.Groups["before"].Value + Sign(match.Value[match.Groups["before"].Length..], token, "&amp;"));

    private static bool IsDash(string path) => path.EndsWith(".mpd", StringComparison.OrdinalIgnoreCase);

    // XML can write "//" in ways that only a reader of XML sees.
    private static bool IsVeiled(string address) => address.Contains("&#", StringComparison.Ordinal) || address.Contains("<!", StringComparison.Ordinal);

    // As players in browsers read it: white space before it and tabs within are nothing, "\" is "/", and after a scheme there need be no slashes.
    private static bool IsElsewhere(string address)
    {
        var text = address.AsSpan().TrimStart();
        var mark = text.IndexOfAny("/?#:");
        return text.StartsWith("//") || text.IndexOfAnyExceptInRange(' ', '\uffff') >= 0 || text.Contains('\\') || (mark >= 0 && text[mark] == ':' && MayBeScheme(text[..mark]));
    }

    // The name of a recording has colons too (cam_10:30:00.ts): no scheme has such characters, nor begins with a digit.
    private static bool MayBeScheme(ReadOnlySpan<char> text) => text.Contains(Variable, StringComparison.Ordinal) || (text is [var first, ..] && char.IsAsciiLetter(first) && !text.ContainsAnyExcept(SchemeCharacters));

    [GeneratedRegex("""(?<before>\s(?:media|initialization|sourceURL|index)\s*=\s*")[^"]+|(?<before>\s(?:media|initialization|sourceURL|index)\s*=\s*')[^']+|(?<before><(?:\w+:)?(?:BaseURL|Location)\b[^<>]*>\s*)(?<base>[^<\s]*<!|[^<\s]+)""")]
    private static partial Regex DashAddress();

    // What leads to another server is none of our business, and must not be given our token.
    private static string Sign(string address, string token, string and = "&")
    {
        if (IsElsewhere(address)) return address;
        address = address.TrimEnd();
        var mark = address.IndexOf('#', StringComparison.Ordinal);
        var (path, fragment) = mark < 0 ? (address, "") : (address[..mark], address[mark..]);
        return $"{path}{(path.Contains('?', StringComparison.Ordinal) ? and : "?")}{PlaybackTokens.Parameter}={token}{fragment}";
    }
}
