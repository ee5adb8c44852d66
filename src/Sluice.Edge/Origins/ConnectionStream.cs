using System.Runtime.CompilerServices;
using Sluice.Core.Origins;

namespace Sluice.Edge.Origins;

/// <summary>A connection to the origin that tells <see cref="Attempts"/> what goes out on it.</summary>
internal sealed class ConnectionStream(Stream inner) : BodyStream
{
    private Attempts? first, latest;
    private bool isClosed;

    public override bool CanWrite => true;

    // A read may wait since before the request was sent: on a kept connection the handler listens for its end.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0 && latest is { IsAnswered: false } request) request.IsAnswered = true;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        if (isClosed) return default;
        var writing = inner.WriteAsync(buffer, cancellationToken);
        return writing.IsCompletedSuccessfully ? writing : FinishAsync(writing);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Begin();
        inner.Write(buffer, offset, count);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    /// <summary>
    /// A server that wants no more of a body says why (413, 401) and closes (RFC 9112 section 9.6). SocketsHttpHandler would take the write that fails for the end of it all and
    /// throw the answer away, so it is not told: what it reads next is the answer, or the end.
    /// </summary>
    private async ValueTask FinishAsync(ValueTask writing)
    {
        try
        {
            await writing;
        }
        catch (IOException)
        {
            isClosed = true;
            if (Attempts.Current is { } request) request.IsRefused = true;
        }
    }

    private void Begin()
    {
        if (Attempts.Current is not { } request) return;
        first ??= request;
        request.Write(this, isReused: first != request);
        latest = request;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
