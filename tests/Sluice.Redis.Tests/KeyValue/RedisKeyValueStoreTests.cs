using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Redis.Invalidation;
using Sluice.Redis.KeyValue;
using Sluice.TestKit;
using Sluice.TestKit.Processes;

namespace Sluice.Redis.Tests.KeyValue;

/// <summary>The contract, on a real Redis; each test has a key prefix of its own.</summary>
public abstract class RedisKeyValueStoreTests : KeyValueStoreContract
{
    private static int prefixes;
    private RedisClient client = null!;
    private RedisPushes pushes = null!;

    protected string Prefix { get; } = $"t{Interlocked.Increment(ref prefixes)}.";

    protected abstract RedisOptions Server { get; }

    internal RedisClient Client => client;

    public override async ValueTask InitializeAsync()
    {
        client = new RedisClient(Server with { KeyPrefix = Prefix, CommandTimeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, NullLogger.Instance);
        pushes = new RedisPushes(client);
        await client.StartAsync();
        await base.InitializeAsync();
        await pushes.StartAsync(CancellationToken.None);
        Assert.True(client.IsAvailable, client.Reason);
        Assert.True(pushes.IsUp);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await pushes.DisposeAsync();
        await client.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override KeyValueStores OpenStores() => new RedisKeyValueStores(client, pushes, Time);

    protected override async Task PassAsync(TimeSpan time)
    {
        // Redis keeps the time of lifetimes itself.
        await Eventually.PassAsync(time + TimeSpan.FromMilliseconds(20));
        Time.Advance(time);
    }

    protected override async Task CheckIntegrityAsync(IKeyValueStore store)
    {
        var names = ((RedisKeyValueStore)store).Names;
        var usage = await store.GetUsageAsync();
        var keys = await store.ScanAsync("").ToListAsync();
        Assert.Equal(keys.Count, usage.Entries);
        var index = await client.SendAsync(names.Index, CancellationToken.None, "HGETALL", names.Index);
        Assert.Equal(keys.Count, index.Items.Length / 2);
        var (bytes, links) = (0L, 0L);
        for (var i = 0; i < index.Items.Length; i += 2)
        {
            var note = EntryNote.FromJson(index.Items[i + 1].Span)!;
            bytes += note.Size;
            links += note.Tags.Length;
            foreach (var tag in note.Tags)
                Assert.Equal(1, (await client.SendAsync(names.Index, CancellationToken.None, "SISMEMBER", names.Tags + tag, index.Items[i].Memory)).AsInteger());
        }

        Assert.Equal(bytes, usage.Bytes);
        var tagged = 0L;
        var cursor = "0";
        do
        {
            var page = await client.SendAsync(names.Index, CancellationToken.None, "SCAN", cursor, "MATCH", names.Tags + "*", "COUNT", 1000);
            cursor = page.Items[0].AsText();
            foreach (var set in page.Items[1].Items.ToArray()) tagged += (await client.SendAsync(names.Index, CancellationToken.None, "SCARD", set.Memory)).AsInteger();
        }
        while (cursor != "0");
        Assert.Equal(links, tagged);
    }
}
