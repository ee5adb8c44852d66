using System.Security.Cryptography;
using System.Text;

namespace Sluice.Redis.Protocol;

/// <summary>A Lua script, called by its hash: the text goes over once for each server.</summary>
/// <param name="text">What it does.</param>
/// <param name="whenFull">True: it runs also when Redis is out of memory, because it needs next to none or makes room. Otherwise it is refused as a whole then, and never half done.</param>
internal sealed class RedisScript(string text, bool whenFull = false)
{
    public string Text { get; } = $"#!lua{(whenFull ? " flags=allow-oom" : "")}\n{text}";

    /// <summary>What Redis knows it by.</summary>
    // SHA-1 is Redis's choice of name, not of protection.
#pragma warning disable CA5350
    public string Hash { get; } = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes($"#!lua{(whenFull ? " flags=allow-oom" : "")}\n{text}")));
#pragma warning restore CA5350
}
