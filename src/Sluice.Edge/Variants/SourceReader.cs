using Microsoft.AspNetCore.Http;
using Sluice.Core.Flights;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Freshness;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Variants;

/// <summary>Opens the objects that variants are made from, through the cache: what a viewer's request for them would find or fetch, and no more of it than is read.</summary>
internal sealed class SourceReader(Fetcher fetcher, FlightTable<FetchResult> flights, int chunkSize, TimeProvider time)
{
    private static readonly IHeaderDictionary NoFields = new HeaderDictionary();

    /// <summary>Opens one.</summary>
    /// <exception cref="OriginException">The origin gave no answer, and nothing stored may stand in.</exception>
    public async Task<SourceObject> OpenAsync(ActiveRoute route, string path, CancellationToken cancellation)
    {
        var stored = VarySelection.Find(route.Scope.FindStored(path), NoFields);
        if (stored is { IsServable: false }) stored = null;
        if (stored is not null && ReusePolicy.Evaluate(stored.Metadata.Freshness, NoFields, time.GetUtcNow()) == Reuse.Fresh) return await ReadyAsync(stored, cancellation);
        try
        {
            return await FetchAsync(route, path, stored, cancellation);
        }
        catch (OriginException) when (stored is not null && ReusePolicy.AllowsStaleOnError(stored.Metadata.Freshness, NoFields, time.GetUtcNow()))
        {
            return await ReadyAsync(stored, cancellation);
        }
    }

    private async Task<SourceObject> FetchAsync(ActiveRoute route, string path, CachedObject? stale, CancellationToken cancellation)
    {
        // An origin that is not known to answer ranges is asked for one, and may answer with all.
        var first = new HeaderList();
        if (!route.HasRanges && stale is null) first.Add("Range", $"bytes=0-{chunkSize - 1}");
        // What cannot be had in part is asked for whole: an origin may answer a range otherwise than asked, and of an empty object there is none.
        foreach (var (fields, wanted) in ((HeaderList, ByteRange?)[])[(first, new ByteRange(0, chunkSize - 1)), (new(), null)])
        {
            var name = $"GET {fields.First("Range")} {route.Scope.KeyOf(path)} ";
            using var ticket = flights.Join(name, stop => fetcher.FetchAsync(
                new FetchContext(route, path, "GET", new HeaderList(), time.GetUtcNow()),
                ActiveRoute.RequestFor(path) with { Headers = fields },
                stale,
                wanted,
                stop), out _);
            var result = await ticket.Result.WaitAsync(cancellation);
            if (result.Object is { } brought)
            {
                // Whoever answers a range with everything would do so for each stretch that is read.
                if (MustBeWhole(brought) || (result.Status == 200 && fields.Count > 0)) await result.CompleteAsync(cancellation);
                return await ReadyAsync(brought, cancellation);
            }

            if (result.Reason is not ("partial" or "range")) return new SourceObject(null, result.Status, result.Reason);
        }

        return new SourceObject(null, 206, "partial");
    }

    /// <summary>A version that cannot be proven cannot be read in pieces: all of it is fetched first.</summary>
    private static bool MustBeWhole(CachedObject stored) => stored.Metadata is { Status: 200 } metadata && (!metadata.Version.IsStrong || metadata.Length is null);

    private static async Task<SourceObject> ReadyAsync(CachedObject stored, CancellationToken cancellation)
    {
        ObjectCache.NoteUse(stored);
        if (MustBeWhole(stored)) await stored.CompleteAsync(cancellation);
        return new SourceObject(stored, stored.Metadata.Status);
    }
}
