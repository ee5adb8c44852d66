using System.Net.Sockets;

namespace Sluice.Edge.Transport;

/// <summary>
/// Whether a client takes what it is sent. Its kernel confirms megabytes at once that the client itself has still to read, and then nothing until much of that is read: minutes for one who
/// reads slowly but steadily. So what was confirmed counts as being read at the least rate that is waited for.
/// </summary>
internal struct Taking
{
    /// <summary>Bytes a second.</summary>
    private const int LeastRate = 8 << 10;

    /// <summary>More lies in few kernels: what Linux allows a connection, left alone (net.ipv4.tcp_rmem).</summary>
    private const long MostUnread = 6 << 20;

    private long confirmed;
    private long unread;

    /// <summary>Looks at it. Also true when there is nothing to take: then it waits for us.</summary>
    /// <param name="socket">The client's.</param>
    /// <param name="passed">Since the last look.</param>
    /// <exception cref="SocketException">The connection is over.</exception>
    public bool GoesOn(Socket socket, TimeSpan passed)
    {
        var (now, isOutstanding, isUnderWay) = SocketCalls.SentTo(socket);
        var step = now - confirmed;
        confirmed = now;
        unread = Math.Clamp(unread + step - (long)(passed.TotalSeconds * LeastRate), 0, MostUnread);
        // Who confirms nothing of what is under way is not there.
        return step != 0 || !isOutstanding || (unread > 0 && !isUnderWay);
    }
}
