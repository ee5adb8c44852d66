namespace Sluice.S3.Downloads;

/// <summary>What one call wants. A profile's name stands for options that name it (row S3D-18).</summary>
public sealed record S3DownloadOptions
{
    /// <summary>Profile of the AWS configuration files. Part of the file's identity (row S3D-20). Default null: AWS_PROFILE, else the default chain.</summary>
    public string? Profile { get; init; }

    /// <summary>Where the S3 server is. Default null: the cache's, else as the AWS tools look it up.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region to sign for. Default null: the cache's, else as the AWS tools look it up.</summary>
    public string? Region { get; init; }

    /// <summary>True: bucket in the path; false: bucket in the host name, as servers want it that refuse the other, such as Alibaba OSS and Tencent COS. Default null: as <see cref="Objects.S3OriginOptions.ForcePathStyle"/>.</summary>
    public bool? ForcePathStyle { get; init; }

    /// <summary>Agree to pay for the requests, without which a bucket with "requester pays" denies them. Default false.</summary>
    public bool RequesterPays { get; init; }

    /// <summary>Fetch anew even if a current file is held, and keep what comes (row DBG-04). Default false.</summary>
    public bool SkipCache { get; init; }

    /// <summary>Ask the server whether a held file is current before handing it out (row S3D-13). Default true; false trusts what is held and sends nothing (row DBG-05).</summary>
    public bool ValidateETag { get; init; } = true;

    /// <summary>Take an ETag that looks like an MD5 for that of the bytes, where the server tells no checksum. Default true; false for servers whose ETags look like one and are none, which would make each download a damaged one.</summary>
    public bool ETagIsMd5 { get; init; } = true;

    /// <summary>Told while bytes arrive, a few times a second at most, on the thread that wrote them, until the call ends. What it throws ends this call, and none of those who wait for the same object.</summary>
    public IProgress<S3DownloadProgress>? Progress { get; init; }

    /// <summary>Options that name a profile.</summary>
    public static implicit operator S3DownloadOptions(string profile) => new() { Profile = profile };

    /// <summary>Options that name a profile.</summary>
    public static S3DownloadOptions FromString(string profile) => profile;
}
