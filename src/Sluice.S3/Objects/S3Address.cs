using Amazon;
using Sluice.S3.Credentials;

namespace Sluice.S3.Objects;

/// <summary>Where requests for a bucket's objects go, and for which region they are signed.</summary>
internal sealed record S3Address
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private S3Address(string scheme, string host, string basePath, string region, bool isAws)
        => (Root, Host, BasePath, Region, IsAws) = ($"{scheme}://{host}", host, basePath, region, isAws);

    /// <summary>Scheme, host and port.</summary>
    public string Root { get; }

    /// <summary>The Host field: a port only when it is not the scheme's own.</summary>
    public string Host { get; }

    /// <summary>What comes before the encoded key: "/" or "/bucket/".</summary>
    public string BasePath { get; }

    /// <summary>Region to sign for.</summary>
    public string Region { get; }

    /// <summary>True when the host follows from the region.</summary>
    public bool IsAws { get; }

    /// <summary>The address of a bucket.</summary>
    /// <param name="options">Which bucket, and how; what is not given is looked up nowhere.</param>
    public static S3Address For(S3OriginOptions options)
    {
        var (bucket, endpoint, region) = (options.Bucket, options.Endpoint, options.Region ?? AwsSettings.DefaultRegion);
        // The certificate of *.s3.REGION.amazonaws.com does not cover a bucket name with dots, and before an address without a name no bucket can stand.
        var pathStyle = endpoint?.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || (options.ForcePathStyle ?? (endpoint is not null || bucket.Contains('.', StringComparison.Ordinal)));
        var (scheme, host, root) = ("https", $"{options.Service}.{region}.{RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix}", "/");
        if (endpoint is not null)
        {
            var name = endpoint.HostNameType == UriHostNameType.IPv6 ? $"[{endpoint.IdnHost.Trim('[', ']')}]" : endpoint.IdnHost;
            host = endpoint.IsDefaultPort ? name : $"{name}:{endpoint.Port}";
            (scheme, root) = (endpoint.Scheme, endpoint.AbsolutePath.TrimEnd('/') + "/");
        }
        return pathStyle
            ? new(scheme, host, $"{root}{bucket}/", region, endpoint is null)
            : new(scheme, $"{bucket}.{host}", root, region, endpoint is null);
    }

    /// <summary>A request's address, sent exactly as it was signed: "..", "//" and escapes stay.</summary>
    public Uri Uri(string path, string query) => AsSigned(query.Length == 0 ? Root + path : $"{Root}{path}?{query}");

    /// <summary>An address that is sent as it is written.</summary>
    public static Uri AsSigned(string url) => new(url, AsIs);
}
