namespace Sluice.Video.Options;

/// <summary>The words that values may be, in lower case; keys and canonical queries write them so.</summary>
internal static class OptionNames
{
    public static readonly string[] Modes = ["video", "frame", "spritesheet", "audio", "hls"];
    public static readonly string[] Fits = ["contain", "cover", "scale-down", "pad"];
    public static readonly string[] Levels = ["low", "medium", "high", "auto"];
    public static readonly string[] Preloads = ["none", "metadata", "auto"];

    /// <summary>Formats by what they are written as, with what they are (row U006).</summary>
    public static readonly string[] Formats = ["mp4", "webm", "jpg", "png", "webp", "m4a", "vtt", "avif"];

    public static string Of(VideoMode mode) => Modes[(int)mode];

    public static string Of(VideoFit fit) => Fits[(int)fit];

    public static string Of(VideoLevel level) => Levels[(int)level];

    /// <summary>The place of a word, whatever its letter case; -1 for none.</summary>
    public static int IndexOf(string[] words, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < words.Length; i++)
            if (text.Equals(words[i], StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }
}
