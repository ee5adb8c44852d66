namespace Sluice.Configuration;

/// <summary>One origin: exactly one of folder, url and s3 is set; the rest says how to ask it.</summary>
internal sealed class OriginSection
{
    public string? Folder { get; set; }

    public string? Url { get; set; }

    public S3Section? S3 { get; set; }

    public string? Host { get; set; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public TimeSpan? ConnectTimeout { get; set; }

    public TimeSpan? ResponseTimeout { get; set; }

    public TimeSpan? IdleTimeout { get; set; }

    public int MaxConnections { get; set; } = 4096;

    /// <summary>True when it says enough to be set up.</summary>
    public bool IsComplete => Folder is not null || Url is not null || S3 is { Bucket.Length: > 0 };

    /// <summary>The origin as one would write it on the command line, without a password.</summary>
    public override string ToString() => Folder ?? (Url is null ? null : UserInfo.Mask(Url)) ?? S3?.ToString() ?? "(none)";
}
