using System.Globalization;
using System.Net;

namespace Sluice.Edge.Tests.Transport;

/// <summary>What the kernel says of the TCP connections of this machine (proc(5), /proc/net/tcp).</summary>
internal static class TcpTable
{
    /// <summary>Bytes on the way from one end to the other that are not confirmed; 0 without such a connection.</summary>
    public static long Queued(EndPoint from, EndPoint to)
    {
        foreach (var line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns[1].EndsWith(Port(from), StringComparison.Ordinal) && columns[2].EndsWith(Port(to), StringComparison.Ordinal))
                return long.Parse(columns[4].AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return 0;
    }

    private static string Port(EndPoint end) => ":" + ((IPEndPoint)end).Port.ToString("X4", CultureInfo.InvariantCulture);
}
