using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Redis.Connections;
using Sluice.TestKit.Processes;

namespace Sluice.Redis.Tests.Connections;

public sealed class RedisClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    // That of a cluster's server is begun by the first request that needs it, and lasts for as long as the node.
    [Fact]
    public async Task Link_BegunInARequest_IsNotInItsContext()
    {
        var request = new AsyncLocal<string?> { Value = "the first" };
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new RedisOptions { Host = "127.0.0.1", Port = 1 };
        await using var link = new RedisLink(
            _ =>
            {
                seen.TrySetResult(request.Value);
                return new("127.0.0.1", 1);
            },
            options, new RedisDialer(options, TimeProvider.System), TimeProvider.System);
        link.Start();
        Assert.Null(await seen.Task.WaitAsync(Soon, TimeProvider.System));
    }

    [Fact]
    public async Task Send_ServerSaysNonsense_FailsWhatWaitsAndConnectsAgain()
    {
        await using var server = new ScriptedServer((stream, text) => ScriptedServer.SayAsync(stream, text == "PING" ? "+PONG\r\n" : "HTTP/1.1 200 OK\r\n\r\n"));
        await using var client = await OpenAsync(server.Port);
        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await client.SendAsync("k", CancellationToken.None, "GET", "k"));
        Assert.True(await Eventually.HoldsAsync(() => server.Connections >= 2 && client.IsAvailable, Soon));
    }

    [Fact]
    public async Task Send_AnswerNobodyAsked_EndsTheConnection()
    {
        await using var server = new ScriptedServer((stream, _) => ScriptedServer.SayAsync(stream, "+PONG\r\n+PONG\r\n+PONG\r\n"));
        await using var client = await OpenAsync(server.Port);
        Assert.True(await Eventually.HoldsAsync(() => server.Connections >= 2, Soon));
    }

    // The connection ends by what follows the answer, in one piece with it: the answer arrives all the same.
    [Fact]
    public async Task Send_AnswerBeforeNonsense_Arrives()
    {
        await using var server = new ScriptedServer((stream, text) => ScriptedServer.SayAsync(stream, text.Contains("GET", StringComparison.Ordinal) ? "$1\r\na\r\nnonsense\r\n" : "+PONG\r\n"));
        await using var client = await OpenAsync(server.Port);
        var answer = await client.SendAsync("k", CancellationToken.None, "GET", "k").AsTask().WaitAsync(Soon, TimeProvider.System);
        Assert.Equal("a", answer.AsText());
    }

    [Fact]
    public async Task Send_ServerHangsUp_FailsAtOnce()
    {
        await using var server = new ScriptedServer((stream, text) =>
        {
            if (!text.Contains("GET", StringComparison.Ordinal)) return ScriptedServer.SayAsync(stream, "+PONG\r\n");
            stream.Dispose();
            return Task.CompletedTask;
        });
        await using var client = await OpenAsync(server.Port);
        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await client.SendAsync("k", CancellationToken.None, "GET", "k"));
    }

    [Fact]
    public async Task Send_ServerSilent_GivesUpAfterTheTimeAllowed()
    {
        await using var server = new ScriptedServer((_, _) => Task.CompletedTask);
        await using var client = await OpenAsync(server.Port, new RedisOptions { CommandTimeout = TimeSpan.FromMilliseconds(300) });
        // Asked between two connections it says that there is none: the ping is not answered either.
        var said = "";
        Assert.True(
            await Eventually.HoldsAsync(async () =>
            {
                said = (await Assert.ThrowsAsync<RedisUnavailableException>(async () => await client.SendAsync("k", CancellationToken.None, "GET", "k"))).Message;
                return said.Contains("0.3 s", StringComparison.Ordinal);
            }, Soon), said);
        Assert.False(await Eventually.HoldsAsync(() => client.Reason.Length > 0, Soon) && client.Reason.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_Cancelled_EndsAtOnceAndKeepsTheLineInOrder()
    {
        var held = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (stream, text) =>
        {
            if (text == "GET slow") await held.Task;
            await ScriptedServer.SayAsync(stream, text == "PING" ? "+PONG\r\n" : text == "GET slow" ? "+slow\r\n" : "+fast\r\n");
        });
        await using var client = await OpenAsync(server.Port);
        using var cancel = new CancellationTokenSource();
        var slow = client.SendAsync("k", cancel.Token, "GET", "slow").AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        var fast = client.SendAsync("k", CancellationToken.None, "GET", "quick");
        held.SetResult();
        Assert.Equal("fast", (await fast).AsText());
    }

    [Fact]
    public async Task Send_BacklogFull_IsRefusedAtOnce()
    {
        await using var server = new ScriptedServer((_, _) => Task.CompletedTask);
        await using var client = await OpenAsync(server.Port, new RedisOptions { MaximumBacklog = 8, CommandTimeout = Soon });
        var waiting = new List<Task>();
        RedisUnavailableException? refusal = null;
        for (var i = 0; i < 20 && refusal is null; i++)
        {
            try
            {
                waiting.Add(client.SendAsync("k", CancellationToken.None, "GET", "k").AsTask());
            }
            catch (RedisUnavailableException refused)
            {
                refusal = refused;
            }
        }

        Assert.NotNull(refusal);
        Assert.Contains("Too many", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(waiting.Count, 1, 8);
        await client.DisposeAsync();
        foreach (var one in waiting) await Assert.ThrowsAsync<RedisUnavailableException>(() => one);
    }

    [Fact]
    public async Task Start_NobodyListens_SaysSoOnceAndGoesOn()
    {
        var log = new CountingLogger();
        await using var client = new RedisClient(new RedisOptions { Host = "127.0.0.1", Port = FreePorts.Next(), Password = "secret-of-a-test", MaximumPause = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, log);
        await client.StartAsync();
        Assert.False(client.IsAvailable);
        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await client.SendAsync("k", CancellationToken.None, "GET", "k"));
        await Eventually.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Single(log.Lines);
        Assert.Contains("goes on alone", log.Lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Sentinel_IsCalledWhatItIs()
    {
        var log = new CountingLogger();
        await using var server = new ScriptedServer((stream, _) => ScriptedServer.SayAsync(stream, "-ERR unknown command\r\n")) { Greeting = "%2\r\n+version\r\n+7.0.15\r\n+mode\r\n+sentinel\r\n" };
        await using var client = await OpenAsync(server.Port, log: log);
        Assert.Contains("Sentinel", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    // After its password was changed and its connections were closed, only that was told.
    [Fact]
    public async Task Lost_ThenRefused_SaysThatItIsRefused()
    {
        var log = new CountingLogger();
        await using var server = new ScriptedServer((stream, text) =>
        {
            if (!text.Contains("GET", StringComparison.Ordinal)) return ScriptedServer.SayAsync(stream, "+PONG\r\n");
            stream.Dispose();
            return Task.CompletedTask;
        });
        await using var client = await OpenAsync(server.Port, log: log);
        server.Greeting = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
        await Assert.ThrowsAsync<RedisUnavailableException>(async () => await client.SendAsync("k", CancellationToken.None, "GET", "k"));

        // The one that was closed, and three that were refused.
        Assert.True(await Eventually.HoldsAsync(() => server.Connections > 4, TimeSpan.FromMinutes(1)));
        Assert.Equal(2, log.Lines.Count);
        Assert.Contains("redis.password", log.Lines[1], StringComparison.Ordinal);
    }

    // A caller that blocks the thread its answer came on must not hold up the others.
    [Fact]
    public async Task Send_CallerBlocksInItsContinuation_OthersGoOn()
    {
        await using var server = new ScriptedServer((stream, text) => ScriptedServer.SayAsync(stream, $"+{text}\r\n"));
        await using var client = await OpenAsync(server.Port);
        using var gate = new ManualResetEventSlim();
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // On a thread of the pool: with the test's own context its continuation would block the test, not the thread that read the answer.
        var blocked = Task.Run(async () =>
        {
            await client.SendAsync("k", CancellationToken.None, "GET", "mine");
            blocks.SetResult();
            return gate.Wait(Soon);
        });
        await blocks.Task.WaitAsync(Soon, TimeProvider.System);
        Assert.Equal("GET other", (await client.SendAsync("k", CancellationToken.None, "GET", "other").AsTask().WaitAsync(Soon / 2, TimeProvider.System)).AsText());
        gate.Set();
        Assert.True(await blocked);
    }

    // Pings of the connection's own go between the commands of callers, some of whom do not wait for their answer.
    [Fact]
    public async Task Send_ManyCallersBesidePings_EachGetsItsOwnAnswer()
    {
        var pings = 0;
        await using var server = new ScriptedServer((stream, text) =>
        {
            if (text == "PING") Interlocked.Increment(ref pings);
            return ScriptedServer.SayAsync(stream, $"+{text}\r\n");
        });
        await using var client = await OpenAsync(server.Port);
        var enough = false;
        var callers = Enumerable.Range(0, 16).Select(async caller =>
        {
            for (var i = 0; !Volatile.Read(ref enough); i++)
            {
                using var cancel = new CancellationTokenSource();
                var asked = client.SendAsync("k", cancel.Token, "GET", $"{caller}-{i}");
                if (i % 3 == 2) await cancel.CancelAsync();
                try
                {
                    Assert.Equal($"GET {caller}-{i}", (await asked).AsText());
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    // Its answer is read all the same, and is nobody's.
                }
            }
        }).ToArray();
        var isPinged = await Eventually.HoldsAsync(() => Volatile.Read(ref pings) >= 4 || Array.Exists(callers, caller => caller.IsFaulted), Soon);
        Volatile.Write(ref enough, true);
        await Task.WhenAll(callers);
        Assert.True(isPinged);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("123456789", 12739)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("user1000", 3443)]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("foo{{bar}}zap", 4015)]
    public void HashSlot_Known_IsThatOfRedis(string key, int slot) => Assert.Equal(slot, HashSlot.Of(key));

    private static async Task<RedisClient> OpenAsync(int port, RedisOptions? options = null, ILogger? log = null)
    {
        var client = new RedisClient((options ?? new RedisOptions { CommandTimeout = Soon }) with { Host = "127.0.0.1", Port = port, MaximumPause = TimeSpan.FromMilliseconds(200), ConnectTimeout = Soon }, TimeProvider.System, log ?? NullLogger.Instance);
        await client.StartAsync();
        return client;
    }
}
