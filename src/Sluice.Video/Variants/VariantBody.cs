using Sluice.Core.Origins;

namespace Sluice.Video.Variants;

/// <summary>A variant's bytes as they are made: those that were waited for before the answer began, then the rest.</summary>
internal sealed class VariantBody(ReadOnlyMemory<byte> first, VariantRun run, Func<ValueTask> end) : Stream
{
    private ReadOnlyMemory<byte> first = first;
    private int ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="OriginException">Making it failed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (first.IsEmpty) return await run.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(first.Length, buffer.Length);
        first[..count].CopyTo(buffer);
        first = first[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0) await end();
        await base.DisposeAsync();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Variants are read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
