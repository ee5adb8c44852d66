using System.Globalization;
using Sluice.Core.Freshness;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Redis.Objects;
using Sluice.Redis.Tests.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Redis.Tests.Objects;

/// <summary>
/// Twenty-four hours by the clock of three nodes on one real Redis: values are written and read, objects fetched in turns, kept at once, late or never, changed and purged, and connections are cut.
/// Beside them a model that knows what may still be read. Only Redis has real time, so that turns (a tenth of a second) end at any moment of it.
/// </summary>
public sealed class DayOfNodesTests(PlainRedis redis) : IClassFixture<PlainRedis>
{
    private const int Keys = 4;

    // docs/many-nodes.md: so long at most a change of a small value stays unseen.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private readonly ManualTimeProvider clock = new();
    private readonly Random random = new(20261121);
    private readonly List<TierNode> nodes = [];
    private readonly List<IKeyValueStore> stores = [];
    private readonly List<(long Number, TimeSpan At)>[] writes = [.. Enumerable.Range(0, Keys).Select(_ => new List<(long, TimeSpan)> { (0, TimeSpan.Zero) })];
    private readonly long[] origin = new long[Keys], floor = new long[Keys];
    private readonly List<(TierNode Node, SharedTurn Turn, int Key, long Version)> late = [];
    private (int Found, int Led, int Late, int Purged, int Cuts, int Away) seen;

    private TimeSpan Now => TimeSpan.FromTicks(clock.GetTimestamp());

    [Fact]
    public async Task Day_OfWritesTurnsPurgesAndCuts_NothingStaleBeyondTheBound()
    {
        for (var i = 0; i < 3; i++)
        {
            // Time passes in leaps: what is measured in it must not be given up for that.
            nodes.Add(await TierNode.OpenAsync(redis.Server, clock, new SharedTierOptions { Lease = TimeSpan.FromMilliseconds(100) }, "day.", patience: 100_000));
            stores.Add(nodes[i].Node.Stores.Open("presigned"));
        }

        try
        {
            Assert.True(await Eventually.HoldsAsync(async () =>
            {
                await PassAsync(Eventually.PassAsync(TimeSpan.FromMilliseconds(5)));
                return nodes.All(node => node.Node.GetStatistics().OtherNodes == 2);
            }, TimeSpan.FromSeconds(30)));
            while (Now < TimeSpan.FromHours(24))
            {
                await StepAsync(random.Next(Keys), random.Next(3));
                // Mostly moments, within which things happen side by side; now and then minutes.
                clock.Advance(random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1200)) : TimeSpan.FromMilliseconds(random.Next(1500)));
            }

            var near = nodes.Sum(node => node.Node.GetStatistics().NearHits);
            // All of it happened, or nothing would have been proven.
            Assert.True(near > 0 && seen is { Found: > 0, Led: > 0, Late: > 0, Purged: > 0, Cuts: > 0 }, $"{seen} {near}");
            TestContext.Current.TestOutputHelper!.WriteLine($"{seen} {near}");
        }
        finally
        {
            foreach (var (_, turn, _, _) in late) turn.Dispose();
            foreach (var node in nodes) await PassAsync(node.DisposeAsync().AsTask());
        }
    }

    private Task StepAsync(int key, int node) => random.Next(40) switch
    {
        < 6 => TryAsync(() => WriteAsync(key, node)),
        < 16 => TryAsync(() => ReadAsync(key, node)),
        < 32 => TryAsync(() => FetchAsync(key, nodes[node])),
        < 36 => KeepLateAsync(),
        < 39 => TryAsync(() => PurgeAsync(key, node)),
        _ => CutAsync(),
    };

    private async Task WriteAsync(int key, int node)
    {
        var number = writes[key].Count;
        await PassAsync(stores[node].SetAsync(Name(key), BitConverter.GetBytes((long)number), default).AsTask());
        writes[key].Add((number, Now));
    }

    private async Task ReadAsync(int key, int node)
    {
        var asked = Now;
        var entry = await PassAsync(stores[node].GetAsync(Name(key)).AsTask());
        var least = writes[key].Where(write => write.At <= asked - Bound).Max(write => write.Number);
        var found = entry is null ? 0 : BitConverter.ToInt64(entry.Value.Span);
        Assert.True(found >= least, $"at {asked} node {node} read {found} of {Name(key)}, {least} was there");
    }

    private async Task FetchAsync(int key, TierNode node)
    {
        var least = floor[key];
        var turn = await PassAsync(node.TurnAsync(Target(key)));
        if (turn.Found is { } found)
        {
            seen.Found++;
            var version = long.Parse(found.Metadata.Version.ETag!.Trim('"'), CultureInfo.InvariantCulture);
            Assert.True(version >= least, $"at {Now} version {version} of {Target(key)} was found, {least} had been purged");
            turn.Dispose();
        }
        else if (turn is RedisTurn mine)
        {
            seen.Led++;
            switch (random.Next(3))
            {
                case 0:
                    turn.Dispose();
                    break;
                case 1:
                    turn.Keep(Stored(node, key, origin[key]));
                    await PassAsync(Eventually.PassAsync(TimeSpan.FromMilliseconds(2)));
                    break;
                default:
                    // It stands still from here: nothing renews its turn, and what it holds is of now.
                    mine.End();
                    late.Add((node, turn, key, origin[key]));
                    break;
            }
        }
    }

    private async Task KeepLateAsync()
    {
        if (late.Count == 0) return;
        var (node, turn, key, version) = late[^1];
        late.RemoveAt(late.Count - 1);
        seen.Late++;
        turn.Keep(Stored(node, key, version));
        await PassAsync(Eventually.PassAsync(TimeSpan.FromMilliseconds(2)));
    }

    private async Task PurgeAsync(int key, int node)
    {
        var next = ++origin[key];
        var receipt = await PassAsync(nodes[node].Cache.PurgeAsync(random.Next(2) == 0 ? new PurgeRequest(PurgeKind.Url, Target(key)) : new PurgeRequest(PurgeKind.Tag, "tag" + key)));
        // Whoever has answered has carried it out; where somebody has not, it is told later.
        if (receipt is not { Nodes: 3, SilentNodes: 0 }) return;
        seen.Purged++;
        floor[key] = next;
    }

    private async Task CutAsync()
    {
        seen.Cuts++;
        foreach (var line in (await redis.Server.CliAsync("client", "list")).Split('\n').Where(line => line.Contains("name=sluice", StringComparison.Ordinal)))
            if (random.Next(2) == 0) await redis.Server.CliAsync("client", "kill", "id", line.Split(' ')[0]["id=".Length..]);
        // A few things happen in the gap, then it ends.
        for (var i = 0; i < 3; i++) await TryAsync(() => random.Next(2) == 0 ? ReadAsync(random.Next(Keys), random.Next(3)) : WriteAsync(random.Next(Keys), random.Next(3)));
        await PassAsync(Eventually.HoldsAsync(() => nodes.All(node => node.Node.GetStatistics() is { Connected: true, Listening: true }), TimeSpan.FromSeconds(30)));
    }

    /// <summary>While a connection is gone there is nothing to read.</summary>
    private async Task TryAsync(Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (IOException)
        {
            seen.Away++;
        }
    }

    /// <summary>Lets time pass until something is done.</summary>
    private async Task PassAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.WhenAny(done, Eventually.PassAsync(TimeSpan.FromMilliseconds(1)));
        }

        await done;
    }

    private async Task<T> PassAsync<T>(Task<T> done)
    {
        await PassAsync((Task)done);
        return await done;
    }

    private static string Name(int key) => $"presigned:{key}";

    private static string Target(int key) => $"/{key}.mp4";

    private CachedObject Stored(TierNode node, int key, long version) => node.Store(Target(key), new ObjectMetadata
    {
        Status = 200,
        Headers = new HeaderList([new("Content-Type", "video/mp4"), new("ETag", $"\"{version}\"")]),
        Version = new ObjectVersion($"\"{version}\"", null, 1000),
        Freshness = new ObjectFreshness { ReceivedAt = clock.GetUtcNow(), Lifetime = TimeSpan.FromHours(48) },
        Tags = ["tag" + key],
        Source = "/s",
    }, new byte[1000]);
}
