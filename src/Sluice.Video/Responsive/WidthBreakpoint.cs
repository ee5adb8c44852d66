namespace Sluice.Video.Responsive;

/// <summary>A range of widths and the derivative for it (row U030).</summary>
/// <param name="MaximumWidth">The widest it is for, in pixels.</param>
/// <param name="Derivative">Name of the derivative.</param>
public sealed record WidthBreakpoint(int MaximumWidth, string Derivative)
{
    /// <summary>Up to 854 mobile, up to 1280 tablet, else desktop.</summary>
    public static IReadOnlyList<WidthBreakpoint> Defaults { get; } = [new(854, "mobile"), new(1280, "tablet"), new(int.MaxValue, "desktop")];
}
