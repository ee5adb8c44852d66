using System.Buffers;
using Sluice.Video.Access;
using Sluice.Video.Derivatives;
using Sluice.Video.Options;

namespace Sluice.Video.Planning;

/// <summary>What a policy must hold to.</summary>
public static class PolicyRules
{
    private const int MaximumNameLength = 64;
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>What is wrong, a sentence each; none when all is well.</summary>
    public static IEnumerable<string> Errors(VideoPolicy policy)
    {
        if (policy.SizeStep is < 2 or > 100 || policy.SizeStep % 2 != 0) yield return "The size step must be an even number from 2 to 100.";
        if (policy.MaximumDimension is < 100 or > OptionRanges.MaximumDimension) yield return "The largest dimension must be from 100 to 2000 pixels.";
        if (policy.MaximumDuration < OptionRanges.Duration.From || policy.MaximumDuration > OptionRanges.Duration.To) yield return "The longest duration must be from 1 to 300 seconds.";
        foreach (var extension in policy.Extensions)
            if (extension.Length < 2 || extension[0] != '.' || extension.Contains('/', StringComparison.Ordinal)) yield return $"\"{extension}\" is not an extension; write it with its dot, such as .mp4.";
        foreach (var name in policy.Parameters?.AsEnumerable() ?? [])
            if (!ParameterNames.TryFind(name, out var found) || found >= VideoParameter.Debug) yield return $"There is no parameter \"{name}\".";
        if (policy.DerivativesOnly && policy.Derivatives.Count == 0) yield return "Only derivatives are allowed, and there are none.";
        foreach (var (name, derivative) in policy.Derivatives)
            foreach (var error in DerivativeErrors(name, derivative, policy)) yield return error;
        foreach (var error in BreakpointErrors(policy)) yield return error;
        foreach (var error in KeyErrors(policy.SigningKeys)) yield return error;
        if (policy.ShortTagPrefix is { } prefix && !IsName(prefix)) yield return "The prefix of short tags may have letters a to z, digits, hyphens and underscores.";
    }

    /// <summary>True when a derivative can be called so: up to 64 letters a to z, digits, hyphens and underscores, but neither original nor auto.</summary>
    public static bool IsDerivativeName(string name) => IsName(name) && name is not ("original" or "auto");

    private static bool IsName(string name) => name.Length is > 0 and <= MaximumNameLength && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private static IEnumerable<string> DerivativeErrors(string name, Derivative derivative, VideoPolicy policy)
    {
        if (!IsDerivativeName(name)) yield return $"\"{name}\" cannot name a derivative: letters a to z, digits, hyphens and underscores can, but original and auto have a meaning of their own.";
        if (RangeProblem(derivative) is { } problem) yield return $"Derivative {name}: {problem}";
        // A route without a mode simply refuses its derivatives.
        var notes = new PlanNotes(false);
        OptionRules.Resolve(derivative with { Mode = derivative.Mode ?? VideoMode.Video }, name, policy with { Modes = new VideoPolicy().Modes }, notes);
        if (notes.Error is { } error) yield return $"Derivative {name}: {error.Message}";
    }

    private static string? RangeProblem(Derivative d) =>
        !In(d.Width, OptionRanges.MinimumDimension, OptionRanges.MaximumDimension) || !In(d.Height, OptionRanges.MinimumDimension, OptionRanges.MaximumDimension) ? "sizes go from 10 to 2000 pixels."
        : !In(d.Time, OptionRanges.Time.From, OptionRanges.Time.To) ? "time goes from 0 to 600 seconds."
        : !In(d.Duration, OptionRanges.Duration.From, OptionRanges.Duration.To) ? "duration goes from 1 to 300 seconds."
        : !In(d.Interval, OptionRanges.Interval.From, OptionRanges.Interval.To) ? "interval goes from 0.1 to 600 seconds."
        : !In(d.Bitrate, OptionRanges.MinimumBitrate, OptionRanges.MaximumBitrate) ? "bitrate goes from 100k to 20M."
        : !In(d.FramesPerSecond, (double)OptionRanges.FramesPerSecond.From, (double)OptionRanges.FramesPerSecond.To) ? "fps goes from 0.1 to 120."
        : !In(d.Speed, (double)OptionRanges.Speed.From, (double)OptionRanges.Speed.To) ? "speed goes from 0.25 to 4."
        : d.Rotate is not (null or 0 or 90 or 180 or 270) ? "rotate is 0, 90, 180 or 270."
        : d.Tuning is { } t && !(t is { Sharpen: >= 0 and <= 10, Blur: >= 0 and <= 250 } and { Brightness: >= -100 and <= 100, Contrast: >= -100 and <= 100, Saturation: >= -100 and <= 100 })
            ? "sharpen goes from 0 to 10, blur from 0 to 250, brightness, contrast and saturation from -100 to 100."
        : d.Crop is { } crop && VideoCrop.Read(crop.ToString()) is null ? "crop goes from 0 to 20000 pixels, and is at least 10 wide and high."
        : d.Place is { } place && VideoPlace.Read(place.ToString()) != place ? "time as a share goes from 0% to 100%, as a picture to 72000f."
        : !In(d.Columns, 1, OptionRanges.MaximumTiles) || !In(d.Rows, 1, OptionRanges.MaximumTiles) ? "columns and rows go from 1 to 20."
        : null;

    private static bool In<T>(T? value, T from, T to) where T : struct, IComparable<T> => value is not { } given || (given.CompareTo(from) >= 0 && given.CompareTo(to) <= 0);

    private static IEnumerable<string> BreakpointErrors(VideoPolicy policy)
    {
        if (policy.Breakpoints.Count == 0) yield return "There must be at least one breakpoint.";
        for (var i = 0; i < policy.Breakpoints.Count; i++)
        {
            var (width, name) = policy.Breakpoints[i];
            if (i > 0 && width <= policy.Breakpoints[i - 1].MaximumWidth) yield return "Breakpoints must go from narrow to wide.";
            if (!policy.Derivatives.TryGetValue(name, out var derivative)) yield return $"A breakpoint names the derivative \"{name}\", which there is not.";
            else if (derivative.Mode is not (null or VideoMode.Video) || (derivative.Width ?? derivative.Height) is null) yield return $"A breakpoint names \"{name}\", which is no video with a size.";
        }
    }

    private static IEnumerable<string> KeyErrors(IReadOnlyList<SigningKey> keys)
    {
        foreach (var key in keys)
        {
            if (!IsName(key.Id.ToLowerInvariant())) yield return "A signing key's name may have letters, digits, hyphens and underscores.";
            if (key.Secret.Length < SigningKey.MinimumSecretLength) yield return $"The signing key {key.Id} is too short to be safe: it needs {SigningKey.MinimumSecretLength} bytes or more.";
        }
        if (keys.Select(k => k.Id).Distinct(StringComparer.Ordinal).Count() != keys.Count) yield return "Two signing keys have one name.";
    }
}
