using Sluice.Video.Options;

namespace Sluice.Video.Responsive;

/// <summary>What a browser says of its window and its connection (rows U033 to U035). What is malformed counts as not said.</summary>
internal sealed class ClientHints
{
    /// <summary>Value of Accept-CH.</summary>
    public const string Accepted = "Sec-CH-Viewport-Width, Sec-CH-DPR, Sec-CH-Width, Sec-CH-Save-Data, Sec-CH-Prefers-Reduced-Motion, ECT, Downlink";

    /// <summary>What of a request is read here, as Vary names it.</summary>
    public const string Fields = "Sec-CH-Viewport-Width, Viewport-Width, Sec-CH-Width, Width, Sec-CH-DPR, DPR, Sec-CH-Save-Data, Save-Data, Sec-CH-Prefers-Reduced-Motion, ECT, Downlink";

    public ClientHints(Func<string, string?> field)
    {
        ViewportWidth = Number(field("Sec-CH-Viewport-Width") ?? field("Viewport-Width"));
        Width = Number(field("Sec-CH-Width") ?? field("Width"));
        PixelRatio = Number(field("Sec-CH-DPR") ?? field("DPR")) is { } ratio ? Math.Clamp(ratio, 0.5, 4) : null;
        SavesData = (field("Sec-CH-Save-Data") ?? field("Save-Data"))?.Trim() is "on" or "?1" or "1" || field("Sec-CH-Prefers-Reduced-Motion")?.Trim().Trim('"') is "reduce";
        ConnectionType = field("ECT")?.Trim().ToLowerInvariant();
        Downlink = Number(field("Downlink"));
    }

    /// <summary>Width of the window, in CSS pixels.</summary>
    public double? ViewportWidth { get; }

    /// <summary>Width of the place for the video, in device pixels.</summary>
    public double? Width { get; }

    /// <summary>Device pixels to a CSS pixel, 0.5 to 4.</summary>
    public double? PixelRatio { get; }

    /// <summary>True when less is wanted.</summary>
    public bool SavesData { get; }

    /// <summary>slow-2g, 2g, 3g, 4g.</summary>
    public string? ConnectionType { get; }

    /// <summary>Mbit/s.</summary>
    public double? Downlink { get; }

    /// <summary>The class of the connection; null when nothing is said of it (row U035).</summary>
    public NetworkClass? Network => ConnectionType switch
    {
        "slow-2g" or "2g" => NetworkClass.Slow,
        "3g" => NetworkClass.Medium,
        // 4g is said of everything from there up; the rate tells more, where there is one.
        "4g" => Downlink >= 15 ? NetworkClass.UltraFast : NetworkClass.Fast,
        _ => Downlink switch { null => null, < 2 => NetworkClass.Slow, < 5 => NetworkClass.Medium, < 15 => NetworkClass.Fast, _ => NetworkClass.UltraFast },
    };

    /// <summary>The widest that fits what was said (row U034); null for no bound.</summary>
    public int? WidestFor(bool networkToo) =>
        networkToo && ConnectionType is "slow-2g" or "2g" or "3g" ? 480
        : SavesData || (networkToo && Downlink < 5) ? 720
        : null;

    /// <summary>The network named by <c>network=</c> (row U040); null for an unknown one.</summary>
    public static NetworkClass? NetworkFromName(ReadOnlySpan<char> name) => name switch
    {
        "low" or "slow" => NetworkClass.Slow,
        "medium" => NetworkClass.Medium,
        "fast" or "high" => NetworkClass.Fast,
        "ultrafast" => NetworkClass.UltraFast,
        _ => null,
    };

    private static double? Number(string? text) => text is not null && NumberText.TryParse(text.AsSpan().Trim(), out decimal value) && value is > 0 and < 100_000 ? (double)value : null;
}
