using System.Globalization;
using System.Net;
using System.Text;

namespace Sluice.Edge.Transport;

/// <content>Hits that are told of one by one.</content>
internal sealed partial class EdgeConnection
{
    private int logged;

    private bool TrySendLogged(IHitLog log, byte[] head, out ValueTask<bool> sending)
    {
        sending = default;
        var (began, sample) = (listener.Hits.Now, listener.Hits.BeginSample());
        // Told apart from the server's own numbers on the same connection by its letter.
        var id = string.Create(CultureInfo.InvariantCulture, $"{ConnectionId}:h{++logged:x}");
        if (!listener.Hits.TryAnswer(request, id, head, out var answer)) return false;
        var entry = new HitEntry
        {
            RequestId = id, Client = (RemoteEndPoint as IPEndPoint)?.Address, Method = request.IsHead ? "HEAD" : "GET", Target = Encoding.ASCII.GetString(request.Target), Status = answer.Status,
            InMemory = answer.Start == answer.End || answer.Stored.InMemory(answer.Start), Bytes = 0, FirstByte = default, Total = default, Aborted = false,
        };
        var going = sender.SendAsync(head.AsSpan(0, answer.HeadLength), answer);
        if (sample != 0) listener.Hits.EndSample(sample, answer);
        entry = entry with { FirstByte = listener.Hits.Since(began) };
        sending = going.IsCompletedSuccessfully ? new(Note(log, entry, began, going.Result)) : NoteAsync(log, entry, began, going);
        return true;
    }

    private bool Note(IHitLog log, in HitEntry entry, long began, bool isWhole)
    {
        log.Note(entry with { Bytes = sender.Sent, Total = listener.Hits.Since(began), Aborted = !isWhole });
        return isWhole;
    }

    private async ValueTask<bool> NoteAsync(IHitLog log, HitEntry entry, long began, ValueTask<bool> going)
    {
        var isWhole = false;
        try
        {
            return isWhole = await going;
        }
        finally
        {
            Note(log, entry, began, isWhole);
        }
    }
}
