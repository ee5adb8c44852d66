using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sluice.Redis.Protocol;

/// <summary>A command as it goes over the connection: a list of byte strings. Its buffer comes from a pool; dispose it once it was copied or sent for the last time.</summary>
internal struct RedisCommand : IDisposable
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private byte[] buffer;
    private int length;

    /// <exception cref="ArgumentException">A text is not valid UTF-16.</exception>
    public RedisCommand(params ReadOnlySpan<RedisArgument> arguments)
    {
        // A head and an end for each, the numbers in full length.
        var size = 32;
        foreach (var argument in arguments) size += 32 + (argument.Text is { } text ? Strict.GetByteCount(text) : argument.IsNumber ? 20 : argument.Bytes.Length);
        buffer = ArrayPool<byte>.Shared.Rent(size);
        Head((byte)'*', arguments.Length);
        foreach (var argument in arguments) Append(argument);
    }

    private RedisCommand(byte[] buffer, int length) => (this.buffer, this.length) = (buffer, length);

    public readonly ReadOnlySpan<byte> Span => buffer.AsSpan(0, length);

    public void Dispose()
    {
        if (buffer is { } rented) ArrayPool<byte>.Shared.Return(rented);
        buffer = null!;
    }

    /// <summary>A one-word command and another, to be sent in one piece.</summary>
    public static RedisCommand Join(string word, in RedisCommand command)
    {
        using var first = new RedisCommand(word);
        var length = first.length + command.length;
        var both = ArrayPool<byte>.Shared.Rent(length);
        first.Span.CopyTo(both);
        command.Span.CopyTo(both.AsSpan(first.length));
        return new RedisCommand(both, length);
    }

    private void Append(in RedisArgument argument)
    {
        if (argument.Text is { } text)
        {
            Head((byte)'$', Strict.GetByteCount(text));
            length += Strict.GetBytes(text, buffer.AsSpan(length));
        }
        else if (argument.IsNumber)
        {
            Span<byte> digits = stackalloc byte[20];
            Utf8Formatter.TryFormat(argument.Number, digits, out var count);
            Head((byte)'$', count);
            Put(digits[..count]);
        }
        else
        {
            Head((byte)'$', argument.Bytes.Length);
            Put(argument.Bytes.Span);
        }

        End();
    }

    private void Head(byte kind, int count)
    {
        buffer[length++] = kind;
        Utf8Formatter.TryFormat(count, buffer.AsSpan(length), out var digits);
        length += digits;
        End();
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private void End()
    {
        buffer[length++] = (byte)'\r';
        buffer[length++] = (byte)'\n';
    }
}
