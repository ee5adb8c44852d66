using System.Net.Security;

namespace Sluice.Edge.Transport;

/// <summary>What the server writes over TLS, in records as large as there can be (16 KiB; RFC 8446 section 5.1): each costs the same, and the frames of HTTP/2 came in four of them.</summary>
internal sealed class RecordOutput(SslStream stream) : GatheredOutput(RecordBytes)
{
    /// <summary>What one record holds.</summary>
    public const int RecordBytes = 16 << 10;

    protected override ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);
}
