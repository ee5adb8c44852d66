namespace Sluice.Configuration;

/// <summary>A bucket. Keys come from the usual AWS chain (variables, profiles, roles) or from variables named here, never from this configuration.</summary>
internal sealed class S3Section
{
    public string Bucket { get; set; } = "";

    public string Prefix { get; set; } = "";

    public Uri? Endpoint { get; set; }

    public string? Region { get; set; }

    public string? Profile { get; set; }

    public string? AccessKeyVariable { get; set; }

    public string? SecretKeyVariable { get; set; }

    public string? SessionTokenVariable { get; set; }

    public bool Anonymous { get; set; }

    public bool RequesterPays { get; set; }

    public bool Presigned { get; set; }

    public bool? PathStyle { get; set; }

    /// <summary>Written as an s3:// URL.</summary>
    public override string ToString() => $"s3://{Bucket}{(Prefix.Length > 0 ? "/" + Prefix : "")}";
}
