namespace Sluice.Configuration;

/// <summary>A replica of a bucket in another region.</summary>
internal sealed class PresignRegionSection
{
    public string Region { get; set; } = "";

    public string Bucket { get; set; } = "";

    public string? Of { get; set; }

    public Uri? Endpoint { get; set; }

    public bool? PathStyle { get; set; }
}
