using System.Buffers;
using Sluice.Video.Planning;

namespace Sluice.Video.Options;

/// <summary>File names for Content-Disposition (row U015): up to 120 characters of a to z, digits, hyphen and underscore, with one extension at most.</summary>
internal static class FileNameText
{
    private const int MaximumLength = 120;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The name in lower case; null for none, and with a note for one that is not allowed.</summary>
    public static string? Read(ReadOnlySpan<char> text, PlanNotes notes)
    {
        if (text.IsEmpty) return null;
        if (text.Length <= MaximumLength)
        {
            // Only ASCII letters have another case here: what else lower-casing makes of a character is not allowed either way.
            var name = text.ToString().ToLowerInvariant();
            var point = name.IndexOf('.', StringComparison.Ordinal);
            var (stem, extension) = point < 0 ? (name, null) : (name[..point], name[(point + 1)..]);
            if (IsAllowed(stem) && (extension is null || IsAllowed(extension))) return name;
        }
        notes.Ignore(VideoParameter.FileName, "it may have 120 letters, digits, hyphens and underscores, and one extension");
        return null;
    }

    private static bool IsAllowed(string part) => part.Length > 0 && !part.AsSpan().ContainsAnyExcept(Allowed);
}
