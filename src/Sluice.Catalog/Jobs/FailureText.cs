using System.Text.RegularExpressions;

namespace Sluice.Catalog.Jobs;

/// <summary>What clients are told of a failure.</summary>
internal static partial class FailureText
{
    /// <summary>A message without the folders of this machine, which are in what .NET, ffmpeg and the store say of files and programs; their names stay.</summary>
    public static string WithoutFolders(string message) => Folders().Replace(message, "");

    // A path with spaces is known only where something tells its end.
    [GeneratedRegex("""(?<=')/[^']*/|file:/[^:']*/|(?<![^\s("])/[^\s:'"]*/""")]
    private static partial Regex Folders();
}
