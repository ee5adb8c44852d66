using Microsoft.AspNetCore.Http;

namespace Sluice.Catalog.Api;

/// <summary>
/// A request's body that fails as too large when it goes on beyond a bound. The server's own bound would also stop reading what still comes,
/// and whoever is still sending would then often see a broken connection in place of the refusal.
/// </summary>
internal sealed class BoundedBody(Stream body, long most) : Stream
{
    private long left = most;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static BadHttpRequestException TooLarge() => new("The file is larger than uploads may be.", StatusCodes.Status413PayloadTooLarge);

    /// <exception cref="BadHttpRequestException">It is larger.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        if ((left -= count) < 0) throw TooLarge();
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
