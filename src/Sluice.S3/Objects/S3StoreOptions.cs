using Sluice.S3.Downloads;

namespace Sluice.S3.Objects;

/// <summary>Which bucket an <see cref="S3Store"/> puts files into, and how it is reached.</summary>
public sealed record S3StoreOptions
{
    /// <summary>The bucket. Region, endpoint and credentials not given are looked up as the AWS tools do.</summary>
    public required S3OriginOptions Bucket { get; init; }

    /// <summary>Where clients reach the S3 server, for the URLs they upload to (row U109). Default null: where this program does.</summary>
    public Uri? UploadEndpoint { get; init; }

    /// <summary>The download cache that files are read through; null for what the environment says (<see cref="S3DownloadCacheOptions.FromEnvironment"/>).</summary>
    public S3DownloadCacheOptions? Downloads { get; init; }
}
