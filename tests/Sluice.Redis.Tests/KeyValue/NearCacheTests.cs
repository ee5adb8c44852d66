using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Redis.Invalidation;
using Sluice.Redis.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.KeyValue;

public sealed class NearCacheTests(PlainRedis redis) : IClassFixture<PlainRedis>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Get_Again_AsksNobody()
    {
        await using var node = await Node.OpenAsync(redis);
        await node.Store.SetAsync("k", "v"u8.ToArray(), default);
        await SettleAsync(node, "k");
        var before = node.Client.Counters.Commands;
        for (var i = 0; i < 100; i++) Assert.NotNull(await node.Store.GetAsync("k"));
        Assert.Equal(before, node.Client.Counters.Commands);
    }

    [Fact]
    public async Task Set_OnOneNode_IsSeenByTheOther()
    {
        await using var one = await Node.OpenAsync(redis);
        await using var other = await Node.OpenAsync(redis);
        for (var round = 0; round < 20; round++)
        {
            await one.Store.SetAsync("k", new[] { (byte)round }, default);
            Assert.True(await Eventually.HoldsAsync(async () => (await other.Store.GetAsync("k"))?.Value.Span[0] == round, Soon));
            Assert.NotNull(await other.Store.GetAsync("k"));
        }

        await one.Store.DeleteAsync("k");
        Assert.True(await Eventually.HoldsAsync(async () => await other.Store.GetAsync("k") is null, Soon));
    }

    // Another program may write too: whoever writes, Redis tells.
    [Fact]
    public async Task Write_ByRedisCli_IsSeen()
    {
        await using var node = await Node.OpenAsync(redis);
        await node.Store.SetAsync("presigned:a", "v"u8.ToArray(), default);
        await SettleAsync(node, "presigned:a");
        Assert.Equal("OK", await redis.Server.CliAsync("set", "presigned:a", "changed"));
        Assert.True(await Eventually.HoldsAsync(async () => (await node.Store.GetAsync("presigned:a"))?.Value.Length == 7, Soon));
        await redis.Server.CliAsync("flushall");
        Assert.True(await Eventually.HoldsAsync(async () => await node.Store.GetAsync("presigned:a") is null, Soon));
    }

    // Row KEY-05 and OPS-10: people find keys under the documented names, with lifetimes.
    [Fact]
    public async Task Keys_OfDocumentedForm_AreTheirOwnNames()
    {
        await using var node = await Node.OpenAsync(redis);
        const string key = "presigned:remote:videos/a.mp4:aws-s3-presigned-url:us-east-1:s3";
        await node.Store.SetAsync(key, "{}"u8.ToArray(), new KeyValueSettings(TimeSpan.FromMinutes(54), ["presigned"]));
        Assert.Equal("{}", await redis.Server.CliAsync("get", key));
        Assert.InRange(int.Parse(await redis.Server.CliAsync("ttl", key), System.Globalization.CultureInfo.InvariantCulture), 3200, 3240);
        Assert.Equal(key, await redis.Server.CliAsync("smembers", "sluice.tag:presigned:presigned"));
    }

    // What is read while its key changes must not be kept: the answer that was under way is of before.
    [Fact]
    public async Task Changes_WhileOthersRead_LeaveNothingStale()
    {
        await using var writer = await Node.OpenAsync(redis);
        await using var reader = await Node.OpenAsync(redis);
        for (var round = 0; round < 200; round++)
        {
            var reading = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => reader.Store.GetAsync("race").AsTask()));
            await writer.Store.SetAsync("race", BitConverter.GetBytes(round), default);
            await reading;
        }

        Assert.True(await Eventually.HoldsAsync(async () => BitConverter.ToInt32((await reader.Store.GetAsync("race"))!.Value.Span) == 199, Soon));
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(199, BitConverter.ToInt32((await reader.Store.GetAsync("race"))!.Value.Span));
    }

    // Redis lives on and what changed meanwhile is there: the change was told to nobody, and what is held near must not outlive the gap.
    [Fact]
    public async Task Change_WhileNotListening_IsSeenAfterTheGap()
    {
        await using var server = await RedisServer.StartAsync();
        await using var node = await Node.OpenAsync(server);
        await node.Store.SetAsync("presigned:a", "v"u8.ToArray(), default);
        for (var round = 0; round < 3; round++)
        {
            await SettleAsync(node, "presigned:a");
            var id = await ListenerAsync(server);
            // In one step: whoever listens is gone before the change, and cannot be back before it.
            var said = await server.CliLinesAsync("MULTI", $"CLIENT KILL ID {id}", $"SET presigned:a changed-{round}", "EXEC");
            Assert.EndsWith("OK", said, StringComparison.Ordinal);
            Assert.True(await Eventually.HoldsAsync(async () => await ListenerAsync(server) is { } other && other != id && node.IsListening, Soon));
            // The first look, before anything else could bring the new value in.
            Assert.Equal($"changed-{round}", System.Text.Encoding.ASCII.GetString((await node.Store.GetAsync("presigned:a"))!.Value.Span));
        }
    }

    // KV-08, KV-10: what is read near counts as read, and a cache of this process is no namespace of its own.
    [Fact]
    public async Task Metrics_OfANamespace_CountWhatIsDoneToIt()
    {
        var values = new Dictionary<string, long>();
        var kinds = new HashSet<string>();
        await using var server = await RedisServer.StartAsync();
        await using (var node = await Node.OpenAsync(server, name: "counted", bytes: 5000))
        {
            using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "Sluice.KeyValue") l.EnableMeasurementEvents(instrument); } };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                lock (values)
                {
                    if (tags[1].Value as string == "counted") values[instrument.Name["sluice.kv.".Length..]] = value;
                    if (tags[1].Value as string == "near") kinds.Add((string)tags[0].Value!);
                }
            });
            listener.Start();
            await node.Store.SetAsync("one", new byte[100], new(null, ["t"]));
            await node.Store.SetAsync("two", new byte[200], default);
            await node.Store.GetAsync("none");
            await SettleAsync(node, "two");
            Read();
            var hits = values["hits"];
            for (var i = 0; i < 3; i++) await node.Store.GetAsync("two");
            await node.Store.DeleteAsync("nothing");
            await node.Store.DeleteByTagAsync("t");
            // How much is held comes from Redis, a moment later.
            Assert.True(await Eventually.HoldsAsync(() =>
            {
                Read();
                return values["entries"] == 1;
            }, Soon));
            Assert.Equal((hits + 3, 1, 2, 2), (values["hits"], values["misses"], values["writes"], values["deletes"]));
            Assert.Equal(((hits + 3) * 200, 306), (values["read"], values["written"]));
            Assert.Equal((203, 5000), (values["size"], values["limit"]));
            Assert.Empty(kinds);

            void Read() => listener.RecordObservableInstruments();
        }
    }

    /// <summary>The connection that is told of changes, by its number; null for none.</summary>
    private static async Task<string?> ListenerAsync(RedisServer server) => (await server.CliAsync("client", "list")).Split('\n')
        .Where(line => line.Split(' ').Any(word => word.StartsWith("flags=", StringComparison.Ordinal) && word.Contains('t', StringComparison.Ordinal)))
        .Select(line => line.Split(' ')[0]["id=".Length..]).SingleOrDefault();

    // Reads until the answer comes from this process.
    private static async Task SettleAsync(Node node, string key) =>
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            var before = node.Client.Counters.Commands;
            await node.Store.GetAsync(key);
            return node.Client.Counters.Commands == before;
        }, Soon));

    internal sealed class Node : IAsyncDisposable
    {
        private RedisPushes pushes = null!;

        public RedisClient Client { get; private set; } = null!;

        public bool IsListening => pushes.IsUp;

        public IKeyValueStore Store { get; private set; } = null!;

        public static Task<Node> OpenAsync(PlainRedis redis, double patience = 10) => OpenAsync(redis.Server, patience);

        public static async Task<Node> OpenAsync(RedisServer server, double patience = 10, string name = "presigned", long? bytes = null)
        {
            var client = new RedisClient(new RedisOptions { Host = "127.0.0.1", Port = server.Port, MaximumPause = TimeSpan.FromMilliseconds(300), CommandTimeout = TimeSpan.FromSeconds(patience), ConnectTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, NullLogger.Instance);
            var pushes = new RedisPushes(client);
            var node = new Node { Client = client, pushes = pushes, Store = new RedisKeyValueStores(client, pushes, TimeProvider.System).Open(name, new KeyValueLimits { MaximumBytes = bytes ?? new KeyValueLimits().MaximumBytes }) };
            await client.StartAsync();
            await pushes.StartAsync(CancellationToken.None);
            return node;
        }

        public async ValueTask DisposeAsync()
        {
            await pushes.DisposeAsync();
            await Client.DisposeAsync();
        }
    }
}
