using System.Collections.Frozen;
using Sluice.Video.Options;

namespace Sluice.Video.Derivatives;

/// <summary>
/// The derivatives there are without configuration. Where rows U020 to U022 give one name two meanings the first row wins; mobile is 640 by 360 (decision D10).
/// None cuts at five minutes, as row U020 has it, since that was a bound of its service: who wants it says so.
/// </summary>
public static class DefaultDerivatives
{
    /// <summary>By name.</summary>
    public static FrozenDictionary<string, Derivative> All { get; } = new Dictionary<string, Derivative>
    {
        ["mobile"] = new() { Width = 640, Height = 360, Compression = VideoLevel.High },
        ["tablet"] = new() { Width = 1280, Height = 720, Compression = VideoLevel.Medium },
        ["desktop"] = new() { Width = 1920, Height = 1080, Compression = VideoLevel.Low },
        ["low"] = new() { Width = 854, Height = 480, Quality = VideoLevel.Low },
        ["medium"] = new() { Width = 1280, Height = 720, Quality = VideoLevel.Medium },
        ["high"] = new() { Width = 1920, Height = 1080, Quality = VideoLevel.High },
        ["thumbnail"] = new() { Mode = VideoMode.Frame, Width = 640, Height = 360, Time = TimeSpan.FromSeconds(2), Format = "png", Fit = VideoFit.Cover },
        ["poster"] = new() { Mode = VideoMode.Frame, Time = TimeSpan.Zero, Quality = VideoLevel.High },
        ["preview"] = new() { Mode = VideoMode.SpriteSheet, Width = 640, Height = 480, Columns = 4, Rows = 3, Interval = TimeSpan.FromSeconds(30), Format = "jpg" },
        ["animation"] = new() { Width = 320, Height = 180, Duration = TimeSpan.FromSeconds(3), Loop = true },
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
