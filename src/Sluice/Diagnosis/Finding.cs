namespace Sluice.Diagnosis;

/// <summary>One thing doctor looked at.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Subject">What was looked at.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do; null when nothing needs doing.</param>
internal sealed record Finding(FindingLevel Level, string Subject, string Text, string? Advice = null)
{
    /// <summary>As it should be.</summary>
    public static Finding Ok(string subject, string text) => new(FindingLevel.Ok, subject, text);

    /// <summary>It works, with a limit worth knowing.</summary>
    public static Finding Warn(string subject, string text, string advice) => new(FindingLevel.Warning, subject, text, advice);

    /// <summary>It will not work.</summary>
    public static Finding Fail(string subject, string text, string advice) => new(FindingLevel.Failure, subject, text, advice);
}
