using System.Security.Cryptography;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.S3.Downloads;

/// <summary>What a bucket said about an object.</summary>
/// <param name="Response">Its answer.</param>
/// <param name="HasMd5">True when the entity tag is the MD5 of the bytes: an upload in one piece, without a key of the server's own (row D20).</param>
/// <param name="HasKeyOfServer">True when the server encrypts it with a key that the reader needs leave for, beside that for the object.</param>
/// <param name="Sum">A checksum of the whole object that the server tells; null for none.</param>
internal sealed record DownloadHead(OriginResponse Response, bool HasMd5, bool HasKeyOfServer, DownloadChecksum? Sum)
{
    /// <summary>Which version, with its length.</summary>
    public ObjectVersion Version => Response.Version;

    /// <summary>Length of the object.</summary>
    public long Length => Response.Version.Length ?? 0;

    /// <summary>What the bytes are held against: a checksum that the server tells, else the MD5; null when there is neither.</summary>
    public DownloadChecksum? Checksum => Sum ?? (Md5 is { } md5 ? new(null, HashAlgorithmName.MD5, md5) : null);

    /// <summary>The MD5 that the entity tag is; null when it is none.</summary>
    public byte[]? Md5 => HasMd5 ? Convert.FromHexString(Version.ETag!.Trim('"')) : null;
}
