using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Edge.Playback;

/// <summary>Signs what viewers of a private route may ask for: everything below one folder, for a while. Whoever has the key makes tokens; the edge only checks them.</summary>
/// <remarks>A token is <c>depth.expires.signature</c>: how many parts of the path it covers, when it ends (Unix time), and the HMAC-SHA256 of the two with that folder.</remarks>
public sealed class PlaybackTokens
{
    /// <summary>Name of the query parameter.</summary>
    public const string Parameter = "token";

    // Renewed in steps, so that a manifest is the same for a minute and tokens do not tell when it was asked for.
    private const int StepSeconds = 60;

    private readonly byte[] key;
    private readonly TimeSpan lifetime;
    private readonly TimeProvider time;

    /// <summary>Tokens by a key that every edge of a site shares.</summary>
    /// <param name="key">Any text; the longer the better.</param>
    /// <param name="lifetime">How long a token is good, up to a minute more. A viewer who pauses for longer has to load the page again.</param>
    /// <param name="time">Clock.</param>
    public PlaybackTokens(string key, TimeSpan lifetime, TimeProvider time) => (this.key, this.lifetime, this.time) = (SHA256.HashData(Encoding.UTF8.GetBytes(key)), lifetime, time);

    /// <summary>A token for everything in the folder of a path.</summary>
    public string ForFolderOf(string path) => Sign(path, path.AsSpan().Count('/') - 1);

    /// <summary>A token for everything below the first <paramref name="depth"/> parts of a path.</summary>
    public string Sign(string path, int depth)
    {
        var end = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds();
        var expires = (((end + StepSeconds - 1) / StepSeconds) * StepSeconds).ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{depth}.{expires}.{Signature(Folder(path, depth) ?? throw new ArgumentException("The path has fewer parts.", nameof(depth)), depth, expires)}");
    }

    /// <summary>How many parts of the path a token covers; null, with the reason, when it is not good for the path.</summary>
    public int? Check(string path, string? token, out string reason)
    {
        reason = "This is not a token for this path.";
        if (token?.Split('.') is not [var depth, var expires, var signature] || !int.TryParse(depth, NumberStyles.None, CultureInfo.InvariantCulture, out var covered) || depth.Length > 1 && depth[0] == '0' || Folder(path, covered) is not { } folder)
        {
            if (token is null) reason = "This needs a token.";
            return null;
        }
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Signature(folder, covered, expires)), Encoding.UTF8.GetBytes(signature))) return null;
        if (long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && time.GetUtcNow().ToUnixTimeSeconds() < end) return covered;
        reason = "The time of this token is over.";
        return null;
    }

    private string Signature(string folder, int depth, string expires) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"playback\n{depth}\n{expires}\n{folder}"))));

    // "/hls/a/b.ts" at depth 2 is "/hls/a/"; null when the path has no folder that deep.
    private static string? Folder(string path, int depth)
    {
        var at = 0;
        for (var i = 0; i < depth; i++)
        {
            at = path.IndexOf('/', at + 1);
            if (at < 0) return null;
        }
        return path[..(at + 1)];
    }
}
