using Sluice.Core.Origins;

namespace Sluice.S3.Objects;

/// <summary>An object's bytes as they arrive. A pause or an early end is an <see cref="OriginException"/>, never a short body.</summary>
internal sealed class S3Body(HttpResponseMessage response, Stream inner, ReadOnlyMemory<byte> first, S3Patience patience) : Stream
{
    private ReadOnlyMemory<byte> first = first;
    private long missing = response.Content.Headers.ContentLength ?? -1;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        if (!first.IsEmpty)
        {
            count = Math.Min(first.Length, buffer.Length);
            first[..count].CopyTo(buffer);
            first = first[count..];
        }
        else count = await patience.ReadAsync(inner, buffer, cancellationToken);
        if (count == 0 && buffer.Length > 0 && missing > 0) throw patience.CutShort(null);
        if (missing > 0) missing -= count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Origins are read asynchronously.");

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            patience.Dispose();
        }
        base.Dispose(disposing);
    }
}
