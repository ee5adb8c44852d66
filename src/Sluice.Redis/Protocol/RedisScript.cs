using System.Security.Cryptography;
using System.Text;

namespace Sluice.Redis.Protocol;

/// <summary>A Lua script, called by its hash: the text goes over once for each server.</summary>
internal sealed class RedisScript(string text)
{
    public string Text => text;

    /// <summary>What Redis knows it by.</summary>
    // SHA-1 is Redis's choice of name, not of protection.
#pragma warning disable CA5350
    public string Hash { get; } = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
}
