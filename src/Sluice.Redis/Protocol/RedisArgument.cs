namespace Sluice.Redis.Protocol;

/// <summary>An argument of a command: text, bytes or a number. Valid only as long as what it was made from.</summary>
internal readonly struct RedisArgument
{
    private RedisArgument(string? text, ReadOnlyMemory<byte> bytes, long number) => (Text, Bytes, Number) = (text, bytes, number);

    /// <summary>The text; null for the others.</summary>
    public string? Text { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public long Number { get; }

    public bool IsNumber { get; private init; }

    public static implicit operator RedisArgument(string text) => new(text, default, 0);

    public static implicit operator RedisArgument(byte[] bytes) => new(null, bytes, 0);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(null, bytes, 0);

    public static implicit operator RedisArgument(long number) => new(null, default, number) { IsNumber = true };
}
