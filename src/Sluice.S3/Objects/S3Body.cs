using Sluice.Core.Origins;

namespace Sluice.S3.Objects;

/// <summary>An object's bytes as they arrive. A pause or an early end is an <see cref="OriginException"/>, never a short body.</summary>
internal sealed class S3Body(HttpResponseMessage response, Stream inner, ReadOnlyMemory<byte> first, S3Patience patience) : BodyStream
{
    private ReadOnlyMemory<byte> first = first;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The handler counts against Content-Length, so an end that it reports is one.
        if (first.IsEmpty) return patience.ReadAsync(inner, buffer, cancellationToken);
        var count = Math.Min(first.Length, buffer.Length);
        first[..count].CopyTo(buffer);
        first = first[count..];
        return new(count);
    }

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
