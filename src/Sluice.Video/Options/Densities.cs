using Sluice.Video.Derivatives;
using Sluice.Video.Planning;

namespace Sluice.Video.Options;

/// <summary>Device pixels: <c>dpr</c> makes the sizes asked for larger (row U019), up to what is allowed and with their shape kept.</summary>
internal static class Densities
{
    private static readonly (decimal From, decimal To) Range = (0.5m, 4m);

    public static Derivative Apply(Derivative asked, ref readonly ParameterSet set, VideoPolicy policy, PlanNotes notes)
    {
        if (!set.Has(VideoParameter.Dpr)) return asked;
        if (!NumberText.TryParse(set[VideoParameter.Dpr], out decimal ratio) || ratio < Range.From || ratio > Range.To)
        {
            notes.Fail(VideoErrorType.InvalidParameter, "dpr must be a number from 0.5 to 4.");
            return asked;
        }
        if (asked.Width is null && asked.Height is null) return asked;
        var factor = Math.Min((double)ratio, Math.Max(1, policy.MaximumDimension / (double)Math.Max(asked.Width ?? 0, asked.Height ?? 0)));
        return asked with { Width = Scale(asked.Width), Height = Scale(asked.Height) };

        int? Scale(int? size) => size is { } pixels ? Math.Max((int)Math.Round(pixels * factor), OptionRanges.MinimumDimension) : null;
    }
}
