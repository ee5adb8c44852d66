namespace Sluice.Configuration;

/// <summary>One origin: exactly one of its members is set.</summary>
internal sealed class OriginSection
{
    public string? Folder { get; set; }

    public Uri? Url { get; set; }

    public S3Section? S3 { get; set; }

    /// <summary>The origin as one would write it on the command line.</summary>
    public override string ToString() => Folder ?? Url?.ToString() ?? S3?.ToString() ?? "(none)";
}
