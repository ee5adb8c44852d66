using System.Net.Sockets;
using Sluice.Edge.Transport;

namespace Sluice.Edge.Tests.Transport;

/// <summary>Where there is nothing to limit. That it limits is told by <see cref="EdgeTransportWaitTests"/>.</summary>
public sealed class SendQueueTests
{
    [Fact]
    public void Limit_OfWhatHasNoRoundTrip_ChangesNothing()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var before = socket.SendBufferSize;
        SendQueue.Limit(socket);
        Assert.Equal(before, socket.SendBufferSize);
    }

    [Fact]
    public void Limit_OfAConnectionThatIsOver_IsNoError()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Dispose();
        SendQueue.Limit(socket);
    }
}
