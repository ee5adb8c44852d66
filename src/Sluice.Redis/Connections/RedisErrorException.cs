namespace Sluice.Redis.Connections;

/// <summary>Redis answered with an error. Its first word says which kind: OOM, NOSCRIPT, MOVED, NOPERM …</summary>
internal sealed class RedisErrorException(string text) : IOException($"Redis refused: {text}")
{
    /// <summary>The error's first word.</summary>
    public string Code { get; } = text.Split(' ', 2)[0];

    /// <summary>The error as sent.</summary>
    public string Text => text;
}
