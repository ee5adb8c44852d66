using System.Text;

namespace Sluice.Catalog.Videos;

/// <summary>What a video may be made from (rows U088, U093).</summary>
internal static class VideoRules
{
    public const int LongestTitle = 255;
    public const int LongestFileName = 255;

    /// <exception cref="VideoException">The first thing that is wrong.</exception>
    public static (Guid UserId, string Title, string FileName) Check(NewVideo wanted)
    {
        if (!Guid.TryParseExact(wanted.UserId, "D", out var user) || user == Guid.Empty)
            throw new VideoException(VideoFault.InvalidUserId, "user_id must be a UUID, such as 6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d.");
        if (wanted.Title is not { Length: > 0 } title || CountCharacters(title) is not (> 0 and <= LongestTitle))
            throw new VideoException(VideoFault.InvalidTitle, $"title must have 1 to {LongestTitle} characters, and no control characters.");
        if (wanted.FileName is not { } name || !IsFileName(name))
            throw new VideoException(VideoFault.InvalidFileName, $"file_name must be the name of a file, without folders: up to {LongestFileName} bytes, no slash, backslash or control character, not \".\" or \"..\".");
        return (user, title, name);
    }

    // Characters, as PostgreSQL counts them; -1 where there is one that no text should have.
    private static int CountCharacters(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar) return -1;
            count++;
        }
        return count;
    }

    private static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.Trim() == name
        && Encoding.UTF8.GetByteCount(name) <= LongestFileName
        && name.AsSpan().IndexOfAny('/', '\\') < 0
        && CountCharacters(name) > 0;
}
