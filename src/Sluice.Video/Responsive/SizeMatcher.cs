using System.Collections.Frozen;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Responsive;

/// <summary>Finds the derivative for a size, so that thousands of sizes come to a few variants (rows U030 to U032).</summary>
internal sealed class SizeMatcher
{
    private const int Rounding = 10;
    private const double Close = 0.25;
    private const double Near = 0.375;
    private const double Shape = 16 / 9.0;
    private readonly VideoPolicy policy;
    private readonly VideoOptions[] candidates;
    private readonly VideoOptions[] byWidth;

    public SizeMatcher(VideoPolicy policy, FrozenDictionary<string, VideoOptions> derivatives)
    {
        this.policy = policy;
        byWidth = [.. policy.Breakpoints.Select(b => derivatives[b.Derivative])];
        // Of two that fit alike, the one for a range of widths is taken; then the first by name, so that the choice does not hang on the order of a table.
        candidates = [.. byWidth.Concat(derivatives.Values.Where(IsWhole).OrderBy(d => d.Derivative, StringComparer.Ordinal)).Distinct()];
    }

    /// <summary>By width alone: the derivative of the range it falls into.</summary>
    public ResponsiveResult ByWidth(double width)
    {
        var rounded = Round(width);
        for (var i = 0; i < byWidth.Length; i++)
            if (rounded <= policy.Breakpoints[i].MaximumWidth) return Take(byWidth[i]);
        return Take(byWidth[^1]);
    }

    /// <summary>By both: the derivative that is nearest, if it is near; else the size itself.</summary>
    public ResponsiveResult BySize(double? width, double height)
    {
        var (w, h) = Fit(Round(width ?? height * Shape), Round(height));
        VideoOptions? close = null, near = null, any = null;
        var (closeScore, nearScore, anyScore) = (double.MaxValue, double.MaxValue, double.MaxValue);
        foreach (var candidate in candidates)
        {
            var (dw, dh) = (Math.Abs(candidate.Width!.Value - w), Math.Abs(candidate.Height!.Value - h));
            var shapes = Math.Abs((candidate.Width.Value / (double)candidate.Height.Value) - (w / h));
            var score = Math.Sqrt((dw * dw) + (dh * dh)) * (1 + (0.5 * shapes));
            var difference = ((dw / w) + (dh / h)) / 2;
            if (difference <= Close && score < closeScore) (close, closeScore) = (candidate, score);
            if (difference <= Near && score < nearScore) (near, nearScore) = (candidate, score);
            if (score < anyScore) (any, anyScore) = (candidate, score);
        }
        if ((close ?? near ?? (policy.DerivativesOnly ? any : null)) is { } found) return Take(found);
        return new ResponsiveResult(null, (int)w, (int)h, null, null);
    }

    /// <summary>The size itself, where no derivative will do (a frame, a sprite sheet).</summary>
    public ResponsiveResult Itself(double? width, double? height)
    {
        var (w, h) = Fit(Round(width ?? height!.Value * Shape), Round(height ?? width!.Value / Shape));
        return new ResponsiveResult(null, (int)w, (int)h, null, null);
    }

    /// <summary>The choice, or a narrower one where it is wider than allowed.</summary>
    public ResponsiveResult Narrow(ResponsiveResult chosen, int? widest)
    {
        var width = chosen.Derivative is { } name ? Array.Find(candidates, c => c.Derivative == name)!.Width : chosen.Width;
        if (widest is not { } bound || width <= bound) return chosen;
        if (!policy.DerivativesOnly) return chosen with { Derivative = null, Width = bound, Height = (int)Math.Round(bound / Shape) };
        var fitting = byWidth.Where(d => d.Width <= bound).MaxBy(d => d.Width) ?? byWidth.MinBy(d => d.Width)!;
        return chosen with { Derivative = fitting.Derivative };
    }

    /// <summary>Only what shows the source from beginning to end as it is may stand for a size.</summary>
    private static bool IsWhole(VideoOptions d) =>
        d is { Mode: VideoMode.Video, Width: not null, Time: null, Place: null, Duration: null, Audio: true, FramesPerSecond: null, Speed: null, Rotate: null, Crop: null };

    private static ResponsiveResult Take(VideoOptions derivative) => new(derivative.Derivative, 0, 0, null, null);

    private static double Round(double pixels) => Math.Max(Math.Floor((pixels / Rounding) + 0.5) * Rounding, Rounding);

    /// <summary>Brings a size that is too large into the bounds, its shape kept.</summary>
    private (double Width, double Height) Fit(double width, double height)
    {
        var over = Math.Max(width, height) / policy.MaximumDimension;
        return over <= 1 ? (width, height) : (Math.Max(Math.Floor(width / over), OptionRanges.MinimumDimension), Math.Max(Math.Floor(height / over), OptionRanges.MinimumDimension));
    }
}
