using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.S3.Downloads;

/// <summary>Names of files in the cache directory (rows KEY-08 to KEY-11).</summary>
internal static class DownloadKey
{
    /// <summary>The profile's part of the identity where none is named.</summary>
    public const string DefaultProfile = "default";

    /// <summary>The profile's part where the credentials are the app's own: the name of none.</summary>
    public const string Given = "|";

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Digits of a key.</summary>
    public const int Length = 64;

    /// <summary>SHA-256 of <c>URL|profile</c> in lower-case hexadecimal.</summary>
    public static string Of(string url, string? profile) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{url}|{(string.IsNullOrEmpty(profile) ? DefaultProfile : profile)}")));

    /// <summary>The folder of a key: its first two digits, 00 to ff.</summary>
    public static string Shard(string key) => key[..2];

    /// <summary>Where a key's file lies below the cache directory.</summary>
    public static string RelativePath(string key) => Path.Combine(Shard(key), key);

    /// <summary>True for a file name that is a key.</summary>
    public static bool IsKey(ReadOnlySpan<char> name) => name.Length == Length && !name.ContainsAnyExcept(Hexadecimal);

    /// <summary>True for the name of a folder that holds keys.</summary>
    public static bool IsShard(ReadOnlySpan<char> name) => name.Length == 2 && !name.ContainsAnyExcept(Hexadecimal);
}
