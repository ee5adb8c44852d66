using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

/// <summary>The nodes of a cluster and which slots each holds: asked for at the start, corrected by every MOVED.</summary>
internal sealed class RedisCluster(RedisOptions options, RedisDialer dialer, TimeProvider time) : IAsyncDisposable
{
    private const int MaximumRedirects = 6;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<RedisEndPoint, RedisLink> links = new();
    private readonly RedisEndPoint[] owners = new RedisEndPoint[HashSlot.Count];
    private readonly Lock gate = new();
    private int isAsking;

    /// <summary>Every node known to hold slots.</summary>
    public IReadOnlyList<RedisEndPoint> Nodes
    {
        get
        {
            lock (gate) return [.. owners.Where(owner => owner.Host is not null).Distinct()];
        }
    }

    /// <summary>The connection to the server that was named; it may be the only one there is.</summary>
    public RedisLink? Named { get; set; }

    /// <summary>Asks a node which slots are where.</summary>
    public async Task LearnAsync(RedisConnection from, string host, CancellationToken cancellation)
    {
        using var slots = new RedisCommand("CLUSTER", "SLOTS");
        Take(await from.SendAsync(slots.Span, cancellation), host);
    }

    /// <summary>Sends a command to whoever holds the slot, wherever that leads.</summary>
    public async ValueTask<RespValue> SendAsync(int slot, RedisCommand command, CancellationToken cancellation)
    {
        using (command)
        {
            var (to, isAsked) = (OwnerOf(slot), false);
            for (var redirects = 0; ; redirects++)
            {
                try
                {
                    return await SendToAsync(to, command, isAsked, cancellation);
                }
                catch (RedisErrorException redirect) when (redirects < MaximumRedirects && redirect.Code is "MOVED" or "ASK" && Target(redirect.Text, to.Host) is { } target)
                {
                    (to, isAsked) = (target, redirect.Code == "ASK");
                    if (isAsked) continue;
                    lock (gate) owners[slot] = target;
                    LearnSoon();
                }
                catch (RedisErrorException busy) when (redirects < MaximumRedirects && busy.Code is "TRYAGAIN" or "CLUSTERDOWN")
                {
                    await Task.Delay(Breath, time, cancellation);
                    (to, isAsked) = (OwnerOf(slot), false);
                }
                catch (RedisUnavailableException) when (redirects == 0)
                {
                    // Its slots may have a new owner already.
                    LearnSoon();
                    throw;
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in links.Values) await link.DisposeAsync();
    }

    private async ValueTask<RespValue> SendToAsync(RedisEndPoint to, RedisCommand command, bool isAsked, CancellationToken cancellation)
    {
        var link = links.TryGetValue(to, out var known) ? known : Add(to);
        if (!link.IsUp) await link.Tried.WaitAsync(cancellation);
        if (!isAsked) return await link.SendAsync(command, cancellation);
        using var both = RedisCommand.Join("ASKING", command);
        return await link.SendAsync(both, cancellation, leading: 1);
    }

    private RedisLink Add(RedisEndPoint to)
    {
        lock (gate)
        {
            if (links.TryGetValue(to, out var known)) return known;
            var link = new RedisLink(_ => to, options, dialer, time);
            link.Start();
            return links[to] = link;
        }
    }

    private RedisEndPoint OwnerOf(int slot)
    {
        RedisEndPoint owner;
        lock (gate) owner = owners[slot];
        if (owner.Host is not null) return owner;
        // Somebody may hold it by now: of servers that are started with the nodes a cluster is made later.
        LearnSoon();
        throw new RedisUnavailableException("No node of the Redis cluster holds the key's slot.");
    }

    /// <summary>Asks who holds which slots, beside what goes on.</summary>
    public void LearnSoon()
    {
        if (Interlocked.Exchange(ref isAsking, 1) == 0) _ = LearnAnewAsync();
    }

    private async Task LearnAnewAsync()
    {
        try
        {
            foreach (var (host, link) in links.Select(known => (known.Key.Host, (RedisLink?)known.Value)).Append((options.Host, Named)))
                if (link?.IsUp == true && await LearnFromAsync(link, host)) return;
        }
        finally
        {
            Volatile.Write(ref isAsking, 0);
        }
    }

    // A server that left the cluster answers, and knows of no slots.
    private async Task<bool> LearnFromAsync(RedisLink link, string host)
    {
        try
        {
            using var command = new RedisCommand("CLUSTER", "SLOTS");
            var slots = await link.SendAsync(command, CancellationToken.None);
            Take(slots, host);
            return slots.Items.Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Take(RespValue slots, string host)
    {
        lock (gate)
        {
            foreach (var range in slots.Items)
            {
                if (range.Items.Length < 3 || range.Items[2].Items.Length < 2) continue;
                var node = range.Items[2].Items;
                var name = node[0].IsNull ? "" : node[0].AsText();
                var owner = new RedisEndPoint(name.Length == 0 || name == "?" ? host : name, (int)node[1].AsInteger());
                var last = Math.Min(range.Items[1].AsInteger(), HashSlot.Count - 1);
                for (var slot = Math.Max(0, range.Items[0].AsInteger()); slot <= last; slot++) owners[slot] = owner;
            }
        }
    }

    // MOVED 3999 127.0.0.1:6381; without a host it is the one that answered.
    private static RedisEndPoint? Target(string text, string host)
    {
        var words = text.Split(' ');
        var colon = words.Length == 3 ? words[2].LastIndexOf(':') : -1;
        if (colon < 0 || !int.TryParse(words[2].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return null;
        return new RedisEndPoint(colon == 0 ? host : words[2][..colon], port);
    }
}
