using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Conditional;
using Sluice.Edge.Fields;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Transport;

/// <summary>Decides whether a plain request is a hit that can be answered on the spot, by the same rules as <see cref="HitPath"/>, and with what.</summary>
internal sealed class PlainHits(HitPath hits, Forwarding forwarding, EdgeCounters counters, TimeProvider time)
{
    private const int MaximumTarget = 2048;

    /// <summary>A time stamp.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>What has passed since a time stamp.</summary>
    public TimeSpan Since(long began) => time.GetElapsedTime(began);

    /// <summary>A time stamp when the next hit is one of those measured; else 0.</summary>
    public long BeginSample() => counters.IsSampling ? time.GetTimestamp() : 0;

    /// <summary>Measures a hit that was begun as a sample and has been handed to the socket.</summary>
    public void EndSample(long began, in PlainAnswer answer)
    {
        counters.HitTook(time.GetElapsedTime(began));
        counters.Hot.Note(answer.Stored.Target, answer.End - answer.Start);
    }

    /// <summary>Finds the answer and writes its head; false when the request has to go the ordinary way, and nothing was done. The object is held until the answer is sent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="id">The id the answer is to tell; empty for none.</param>
    /// <param name="head">Takes the head.</param>
    /// <param name="answer">What to send.</param>
    public bool TryAnswer(PlainRequest request, ReadOnlySpan<char> id, Span<byte> head, out PlainAnswer answer)
    {
        answer = default;
        if (request.Target.Length > MaximumTarget) return false;
        Span<char> target = stackalloc char[request.Target.Length];
        Encoding.ASCII.GetChars(request.Target, target);
        if (hits.Find(target, request) is not { } hit) return false;

        var stored = hit.Stored;
        if (!stored.TryHold()) return false;
        if (TryAnswer(hit, request, id, head, out answer)) return true;
        stored.Release();
        return false;
    }

    private bool TryAnswer(in HitPath.Hit hit, PlainRequest request, ReadOnlySpan<char> id, Span<byte> head, out PlainAnswer answer)
    {
        answer = default;
        var stored = hit.Stored;
        var rendered = RenderedHead.Of(stored, hit.Route);
        var plain = rendered.Plain;
        if (!plain.IsUsable || !TrySelect(request, rendered, out var status, out var start, out var end)) return false;
        var isBodiless = request.IsHead || status == 304;
        // Bytes that are in no tier mean waiting for the origin.
        if (status != 304 && !stored.Holds(start, end)) return false;
        if (status == 206 && Lookahead.IsDue(hit.Route, stored, start, end)) return false;

        ObjectCache.NoteUse(stored);
        if (!isBodiless) counters.Ghosts?.NoteHit(stored.Hash, end - start);
        var inMemory = stored.InMemory(start);
        counters.CountHit(isBodiless ? 0 : end - start, inMemory);
        var length = plain.Write(head, status, start, end, hit.Now, id);
        answer = new PlainAnswer(status, length, stored, start, isBodiless ? start : end, hit.Route) { InMemory = inMemory };
        return true;
    }

    /// <summary>Bytes of an answer that have to wait for room, or are not to be had any more; less than none once they went out.</summary>
    public void NoteUntaken(in PlainAnswer answer, long bytes)
    {
        if (bytes != 0) counters.CountUntaken(Outcome.Hit, answer.InMemory, bytes);
    }

    /// <summary>Who sent a request, as logs name him.</summary>
    public IPAddress? ClientOf(IHeaderDictionary request, IPAddress? peer) => forwarding.Clients.NameOf(peer, request);

    /// <summary>How to ask for bytes that left the tiers after they were promised, on behalf of the client they were promised to.</summary>
    /// <param name="stored">The object.</param>
    /// <param name="route">Where it was found.</param>
    /// <param name="request">The request that is being answered.</param>
    /// <param name="client">Who sent it.</param>
    public FillSource SourceOf(CachedObject stored, ActiveRoute route, PlainRequest request, EndPoint? client) =>
        new Asker(Asker.ContextOf(request, (client as IPEndPoint)?.Address), route, forwarding).SourceOf(stored);

    /// <summary>The whole, one part, or "not modified"; false for whatever else the request may come to.</summary>
    private static bool TrySelect(PlainRequest request, RenderedHead head, out int status, out long start, out long end)
    {
        (status, start, end) = (200, 0, head.Metadata.Length!.Value);
        var condition = Preconditions.Evaluate(request, head);
        if (condition != 0)
        {
            status = condition;
            return condition == 304;
        }

        var range = request["Range"];
        if (range.Count == 0 || request.IsHead || !Preconditions.RangeApplies(request, head)) return true;
        Span<ByteRange> one = stackalloc ByteRange[1];
        if (range.Count != 1 || !RangeField.TryParse(range[0], one, out _) || one[0].Resolve(end) is not { } part) return false;
        (status, start, end) = (206, part.Start, part.End);
        return true;
    }
}
