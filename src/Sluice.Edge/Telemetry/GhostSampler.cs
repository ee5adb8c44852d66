using System.Diagnostics.Metrics;
using Sluice.Core.Memory;

namespace Sluice.Edge.Telemetry;

/// <summary>
/// What the hit rate would be at half, double and four times the size, and with the other policy: caches of identities alone that live traffic is played through. Objects are
/// sampled by a hash of their identity, all requests for an object or none, and the caches are smaller by the same factor ("SHARDS", Waldspurger et al., FAST 2015).
/// The share begins at all and halves whenever more comes than is worth watching, so that cost and memory are bounded. On the hit path a sampled request is one entry in a
/// buffer of its processor; the rest is done once a second.
/// </summary>
/// <remarks>Freshness is not simulated: an object that is held counts as a hit.</remarks>
public sealed class GhostSampler : IDisposable
{
    /// <summary>Requests watched in a second by each processor at most.</summary>
    internal const int Slots = 1024;

    /// <summary>Objects watched by the largest of the caches at most.</summary>
    internal const int MaximumObjects = 8_192;

    private const int MaximumHalvings = 24;

    private static readonly string[] Policies = ["s3fifo", "lru"];
    private static readonly (string Name, double Factor)[] Sizes = [("0.5", 0.5), ("1", 1), ("2", 2), ("4", 4)];

    private readonly Lock gate = new();
    private readonly Ring[] rings = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Ring())];
    private readonly Ghost[] ghosts;
    private readonly Func<(long Requests, long Bytes)> hits;
    private readonly Meter meter = new("Sluice.Edge");
    private readonly ITimer timer;
    private Ring spare = new();
    private uint threshold = uint.MaxValue;
    private int halvings;
    private long otherRequests, otherBytes;
    private (long Requests, long Bytes) seen;

    /// <summary>Begins to watch.</summary>
    /// <param name="capacity">Size of the cache in bytes.</param>
    /// <param name="hits">Hits so far, sampled or not, and their bytes: what sampling leaves out of them is corrected by it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="policy">The cache's own policy.</param>
    public GhostSampler(long capacity, Func<(long Requests, long Bytes)> hits, TimeProvider time, string policy = "s3fifo")
    {
        this.hits = hits;
        ghosts = [.. Policies.SelectMany(kind => Sizes.Select(size => new Ghost(kind, size.Name, new GhostCache(kind, (long)(capacity * size.Factor)))))];
        meter.CreateObservableCounter("sluice.whatif.requests", () => Read().Requests, "{request}", "Requests that the what-if caches were asked, estimated from a sample of the objects.");
        meter.CreateObservableCounter("sluice.whatif.sent", () => Read().Bytes, "By", "Body bytes of these requests.");
        meter.CreateObservableCounter("sluice.whatif.hits", () => Read(ghost => ghost.Requests), "{request}", "Requests that a cache of another size (as a multiple of this one's) or policy would have answered.");
        meter.CreateObservableCounter("sluice.whatif.hit_sent", () => Read(ghost => ghost.Bytes), "By", "Body bytes that it would have answered with.");
        meter.CreateObservableGauge("sluice.whatif.size", () => new Measurement<long>(capacity, new KeyValuePair<string, object?>("policy", policy)), "By", "Size of this cache, which those are multiples of.");
        meter.CreateObservableGauge("sluice.whatif.share", () => Share, description: "Share of the objects that are watched.");
        timer = time.CreateTimer(_ => Drain(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Share of the objects that are watched.</summary>
    public double Share => 1.0 / (1L << halvings);

    /// <summary>Notes a request that was a hit, before it is counted. Waits for nobody and allocates nothing.</summary>
    internal void NoteHit(ulong identity, long bytes)
    {
        if ((uint)(identity >> 32) > Volatile.Read(ref threshold)) return;
        Put(identity, bytes, true);
    }

    /// <summary>Notes a request that was no plain hit.</summary>
    internal void NoteOther(ulong identity, long bytes, bool wasHeld)
    {
        if ((uint)(identity >> 32) <= Volatile.Read(ref threshold)) Put(identity, bytes, wasHeld);
        Interlocked.Increment(ref otherRequests);
        Interlocked.Add(ref otherBytes, bytes);
    }

    /// <summary>Plays what was noted.</summary>
    internal void Drain()
    {
        lock (gate)
        {
            // What is counted before the samples are taken cannot be more than they know of: a counter may be told late, but never too much.
            var all = hits();
            var known = (Requests: all.Requests + Interlocked.Read(ref otherRequests), Bytes: all.Bytes + Interlocked.Read(ref otherBytes));
            var (weight, sampled, sampledBytes, isTooMuch) = ((double)(1L << halvings), 0L, 0L, false);
            for (var i = 0; i < rings.Length; i++)
            {
                // Who holds the old one for a moment longer may write into it while it is read, or after: a sample more or less.
                var full = rings[i];
                Volatile.Write(ref rings[i], spare);
                var count = Math.Min(Volatile.Read(ref full.Next), Slots);
                isTooMuch |= full.Next >= Slots;
                foreach (var (identity, note) in full.Notes.AsSpan(0, count))
                {
                    Play(identity, note >> 1, (note & 1) == 1, weight);
                    sampled++;
                    sampledBytes += note >> 1;
                }

                full.Next = 0;
                spare = full;
            }

            Correct(known, sampled * weight, sampledBytes * weight, isTooMuch);
            if ((isTooMuch || ghosts.Any(ghost => ghost.Cache.Count > MaximumObjects)) && halvings < MaximumHalvings) Halve();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        timer.Dispose();
        meter.Dispose();
    }

    private void Put(ulong identity, long bytes, bool wasHeld)
    {
        var ring = Volatile.Read(ref rings[Thread.GetCurrentProcessorId() % rings.Length]);
        // Full within the first moments of a busy second: what follows pays for a look.
        if (Volatile.Read(ref ring.Next) >= Slots) return;
        var slot = Interlocked.Increment(ref ring.Next) - 1;
        if ((uint)slot < Slots) ring.Notes[slot] = (identity, (bytes << 1) | (wasHeld ? 1L : 0));
    }

    private void Play(ulong identity, long bytes, bool wasHeld, double weight)
    {
        // Held by the cache since before the watch began: whatever its size, that says nothing against it.
        var isOlder = wasHeld && !Array.Exists(ghosts, ghost => ghost.Cache.Holds(identity));
        foreach (var ghost in ghosts)
        {
            var isHit = ghost.Cache.Ask(identity, bytes);
            if (!isHit && !isOlder) continue;
            ghost.Add(weight, bytes * weight);
            ghost.Noted = (ghost.Noted.Requests + weight, ghost.Noted.Bytes + (bytes * weight));
        }
    }

    /// <summary>
    /// A few objects may have most of the requests, so that a sample has too many or too few of theirs: what is known of all requests sets it right, as hits ("SHARDS-adj").
    /// Of what there was no room to note, misses among it, as many were hits as of what was noted.
    /// </summary>
    private void Correct((long Requests, long Bytes) now, double requests, double bytes, bool isTooMuch)
    {
        var (more, moreBytes) = (now.Requests - seen.Requests - requests, now.Bytes - seen.Bytes - bytes);
        foreach (var ghost in ghosts)
        {
            var (share, shareOfBytes) = isTooMuch && requests > 0 && bytes > 0 ? (ghost.Noted.Requests / requests, ghost.Noted.Bytes / bytes) : (1, 1);
            ghost.Noted = default;
            ghost.Add(more * share, moreBytes * shareOfBytes);
        }

        seen = now;
        foreach (var ghost in ghosts) ghost.Tell(seen);
    }

    private void Halve()
    {
        halvings++;
        var half = uint.MaxValue >> halvings;
        Volatile.Write(ref threshold, half);
        foreach (var ghost in ghosts) ghost.Cache = ghost.Cache.Halve(identity => (uint)(identity >> 32) <= half);
    }

    private (long Requests, long Bytes) Read()
    {
        Drain();
        lock (gate) return seen;
    }

    private List<Measurement<long>> Read(Func<Ghost, long> value)
    {
        lock (gate) return [.. ghosts.Select(ghost => new Measurement<long>(value(ghost), new("policy", ghost.Policy), new KeyValuePair<string, object?>("size", ghost.Size)))];
    }

    private sealed class Ghost(string policy, string size, GhostCache cache)
    {
        private double requests, bytes;

        public string Policy => policy;

        public string Size => size;

        public GhostCache Cache { get; set; } = cache;

        /// <summary>Hits among what was noted since it was last played.</summary>
        public (double Requests, double Bytes) Noted { get; set; }

        public long Requests { get; private set; }

        public long Bytes { get; private set; }

        public void Add(double moreRequests, double moreBytes) => (requests, bytes) = (requests + moreRequests, bytes + moreBytes);

        /// <summary>Counters never fall, and of no more requests than there were can there be hits.</summary>
        public void Tell((long Requests, long Bytes) all) =>
            (Requests, Bytes) = (Math.Max(Requests, (long)Math.Clamp(requests, 0, all.Requests)), Math.Max(Bytes, (long)Math.Clamp(bytes, 0, all.Bytes)));
    }

    private sealed class Ring
    {
        public int Next;

        public (ulong Identity, long Note)[] Notes { get; } = new (ulong, long)[Slots];
    }
}
