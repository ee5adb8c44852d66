namespace Sluice.Edge.Transport;

/// <content>Hits that are told of one by one.</content>
internal sealed partial class EdgeConnection
{
    private readonly HitTeller? teller;

    private bool TrySendTold(HitTeller teller, byte[] head, out ValueTask<bool> sending)
    {
        sending = default;
        var (began, sample) = (Listener.Hits.Now, Listener.Hits.BeginSample());
        var id = teller.NextId();
        if (!Listener.Hits.TryAnswer(request, id, head, out var answer)) return false;
        var entry = teller.EntryOf(id, request, answer);
        var going = sender.SendAsync(head.AsSpan(0, answer.HeadLength), answer);
        if (sample != 0) Listener.Hits.EndSample(sample, answer);
        entry = entry with { FirstByte = Listener.Hits.Since(began) };
        sending = going.IsCompletedSuccessfully ? new(Tell(teller, entry, began, going.Result)) : TellAsync(teller, entry, began, going);
        return true;
    }

    private bool Tell(HitTeller teller, in HitEntry entry, long began, bool isWhole)
    {
        teller.Tell(entry, began, sender.Sent, isWhole);
        return isWhole;
    }

    private async ValueTask<bool> TellAsync(HitTeller teller, HitEntry entry, long began, ValueTask<bool> going)
    {
        var isWhole = false;
        try
        {
            return isWhole = await going;
        }
        finally
        {
            Tell(teller, entry, began, isWhole);
        }
    }
}
