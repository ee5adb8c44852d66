using System.Security.Cryptography;
using System.Text;

namespace Sluice.S3.PresignedUrls;

/// <summary>What names a URL in memory: the object's path and what is allowed on it. In the store it has the documented text (row KEY-05).</summary>
internal readonly record struct PresignKey(string Path, PresignOptions Options)
{
    /// <summary>How requests are authorised, as the key and the stored entry say (row MET-07).</summary>
    public const string AuthType = "aws-s3-presigned-url";

    /// <summary>The service signed for.</summary>
    public const string Service = "s3";

    /// <summary>A path without its one leading slash.</summary>
    public static ReadOnlySpan<char> Normalise(ReadOnlySpan<char> path) => path.Length > 0 && path[0] == '/' ? path[1..] : path;

    /// <summary>presigned:{storageType}:{normalizedPath}:{authType}:{region}:{service}; anything but a plain GET appends a digest of what it is.</summary>
    public string Text(string storageType, string region)
    {
        var text = $"presigned:{Escape(storageType)}:{Escape(Path)}:{AuthType}:{Escape(region)}:{Service}";
        return Options.Variant.Length == 0 ? text : $"{text}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Options.Variant)).AsSpan(0, 16))}";
    }

    /// <summary>A hash that is the same in every process (string hashes are not): FNV-1a over key and variant, mixed.</summary>
    public static ulong Hash(ReadOnlySpan<char> path, ReadOnlySpan<char> variant = default, ReadOnlySpan<char> prefix = default)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in prefix) hash = (hash ^ c) * 1099511628211UL;
        foreach (var c in path) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ 0xFFFFFF) * 1099511628211UL;
        foreach (var c in variant) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }

    // So that no segment can be mistaken for two (decision D03).
    private static string Escape(string segment) => segment.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal);
}
