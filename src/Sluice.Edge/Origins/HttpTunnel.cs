using Sluice.Core.Origins;

namespace Sluice.Edge.Origins;

/// <summary>A connection to the origin after 101 Switching Protocols: no longer HTTP, both ways, until somebody closes it.</summary>
internal sealed class HttpTunnel(HttpResponseMessage response, Stream inner, Deadline deadline) : BodyStream
{
    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            deadline.Dispose();
        }
        base.Dispose(disposing);
    }
}
