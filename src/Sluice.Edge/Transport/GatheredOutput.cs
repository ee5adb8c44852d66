using System.Buffers;
using System.IO.Pipelines;

namespace Sluice.Edge.Transport;

/// <summary>What the server writes, gathered in pieces as large as it asks for, and sent from where it was written. The server's own writers cut all into blocks of 4 KiB.</summary>
/// <param name="leastBytes">Of a piece.</param>
internal abstract class GatheredOutput(int leastBytes) : PipeWriter
{
    private readonly List<(byte[] Bytes, int Length)> full = [];
    private byte[] current = [];
    private int used;
    private long unflushed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => Volatile.Read(ref unflushed);

    /// <summary>True once nobody takes any more: the server learns it from what a flush answers.</summary>
    public bool IsBroken { get; protected set; }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(current.Length - used), nameof(bytes));
        used += bytes;
        unflushed += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (current.Length - used < Math.Max(sizeHint, 1))
        {
            if (used > 0) full.Add((current, used));
            else Return(current);
            (current, used) = (ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, leastBytes)), 0);
        }

        return current.AsMemory(used);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var (bytes, length) in full) await SendAsync(bytes.AsMemory(0, length));
            if (used > 0) await SendAsync(current.AsMemory(0, used));
        }
        finally
        {
            Free();
        }

        return new FlushResult(isCanceled: false, isCompleted: IsBroken);
    }

    /// <summary>A send that hangs is ended by closing the socket.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <summary>What was not flushed belongs to an answer that was given up.</summary>
    public override void Complete(Exception? exception = null) => Free();

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (exception is null && UnflushedBytes > 0) await FlushAsync();
        Complete(exception);
    }

    /// <summary>Ends when all of it was taken, or <see cref="IsBroken"/>.</summary>
    protected abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    private void Free()
    {
        foreach (var (bytes, _) in full) Return(bytes);
        Return(current);
        full.Clear();
        (current, used) = ([], 0);
        Volatile.Write(ref unflushed, 0);
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
    }
}
