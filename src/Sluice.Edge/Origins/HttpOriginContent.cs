using System.Buffers;
using System.Net;

namespace Sluice.Edge.Origins;

/// <summary>A request body on its way to the origin: declared length or chunked, one buffer, never the whole.</summary>
internal sealed class HttpOriginContent(Stream body, long? length, Action progress) : HttpContent
{
    private const int BufferBytes = 64 << 10;

    /// <summary>What reading the client's body threw: not the origin's failure.</summary>
    public Exception? ReadFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long sent = 0;
            int count;
            while ((count = await ReadAsync(buffer, cancellationToken)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                // Each piece goes out as it comes: the other side may be waiting for it before it sends more.
                await stream.FlushAsync(cancellationToken);
                progress();
                sent += count;
                if (Attempts.Current is not { IsRefused: true }) continue;
                // Nobody takes the rest, so the client is not asked for it; .NET insists on the length that was declared.
                for (; sent < length; sent += count)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    count = (int)Math.Min(buffer.Length, length.Value - sent);
                    await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                }

                return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long bytes)
    {
        bytes = length ?? 0;
        return length is not null;
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            ReadFailure = failure;
            throw;
        }
    }
}
