using System.Globalization;
using System.Net;
using System.Text;

namespace Sluice.Edge.Transport;

/// <summary>Tells a log of the hits of one connection, one by one.</summary>
/// <param name="log">Hears of them.</param>
/// <param name="hits">Tells the time.</param>
/// <param name="connection">Whose hits they are.</param>
internal sealed class HitTeller(IHitLog log, PlainHits hits, ClientConnection connection)
{
    private int told;

    /// <summary>The id of the next hit, told apart from the server's own numbers on the same connection by its letter.</summary>
    public string NextId() => string.Create(CultureInfo.InvariantCulture, $"{connection.ConnectionId}:h{++told:x}");

    /// <summary>What is known before anything is sent.</summary>
    public HitEntry EntryOf(string id, PlainRequest request, in PlainAnswer answer) => new()
    {
        RequestId = id, Client = hits.ClientOf(request, (connection.RemoteEndPoint as IPEndPoint)?.Address), Method = request.IsHead ? "HEAD" : "GET", Target = Encoding.ASCII.GetString(request.Target), Status = answer.Status,
        InMemory = answer.Start == answer.End || answer.InMemory, Bytes = 0, FirstByte = default, Total = default, Aborted = false,
    };

    /// <summary>Tells of one that is over.</summary>
    public void Tell(in HitEntry entry, long began, long bytes, bool isWhole) => log.Note(entry with { Bytes = bytes, Total = hits.Since(began), Aborted = !isWhole });
}
