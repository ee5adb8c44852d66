using System.Collections.Frozen;

namespace Sluice.Video.Options;

/// <summary>Names of the query parameters, with the short ones that other services use (row U019).</summary>
internal static class ParameterNames
{
    private static readonly string[] Names =
    [
        "derivative", "mode", "width", "height", "fit", "format", "time", "duration", "quality", "compression", "bitrate", "audio", "mute", "fps", "speed", "rotate",
        "columns", "rows", "interval", "crop", "sharpen", "blur", "brightness", "contrast", "saturation", "loop", "autoplay", "muted", "preload", "filename", "segment", "dpr",
        "imwidth", "imheight", "im-viewwidth", "im-viewheight", "im-density", "imref", "device", "network",
        "debug", "no-kv-cache", "nocache", "bypass", "keyid", "expires", "signature",
    ];

    private static readonly FrozenDictionary<string, VideoParameter>.AlternateLookup<ReadOnlySpan<char>> Known = Names
        .Select((name, i) => KeyValuePair.Create(name, (VideoParameter)i))
        .Concat([
            new("w", VideoParameter.Width), new("h", VideoParameter.Height), new("q", VideoParameter.Quality), new("f", VideoParameter.Format),
            new("start", VideoParameter.Time), new("dur", VideoParameter.Duration), new("obj-fit", VideoParameter.Fit),
        ])
        .ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name in canonical queries.</summary>
    public static string Of(VideoParameter parameter) => Names[(int)parameter];

    /// <summary>Finds a parameter by its name or short name; exact, as query parameters are.</summary>
    public static bool TryFind(ReadOnlySpan<char> name, out VideoParameter parameter) => Known.TryGetValue(name, out parameter);
}
