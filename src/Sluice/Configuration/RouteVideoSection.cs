using Sluice.Video.Responsive;

namespace Sluice.Configuration;

/// <summary>Variants of a route's videos.</summary>
internal sealed class RouteVideoSection
{
    public bool Enabled { get; set; } = true;

    public bool DerivativesOnly { get; set; }

    public IReadOnlyList<string> Parameters { get; set; } = [];

    public IReadOnlyList<string> SigningKeys { get; set; } = [];

    public int MaximumDimension { get; set; } = 2000;

    public int SizeStep { get; set; } = 2;

    public bool FallBackOnError { get; set; } = true;

    public IReadOnlyList<string> DebugFrom { get; set; } = [];

    public ResponsiveChoice Responsive { get; set; } = ResponsiveChoice.WhenAsked;

    public IReadOnlyList<string> Modes { get; set; } = ["video", "frame", "spritesheet", "audio", "hls"];

    public TimeSpan MaximumDuration { get; set; } = TimeSpan.FromSeconds(300);
}
