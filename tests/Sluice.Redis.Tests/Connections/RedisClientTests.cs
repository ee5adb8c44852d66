using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Redis.Connections;
using Sluice.TestKit.Processes;

namespace Sluice.Redis.Tests.Connections;

public sealed class RedisClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Send_ServerSaysNonsense_FailsWhatWaitsAndConnectsAgain()
    {
        await using var server = new ScriptedServer((stream, text) => ScriptedServer.SayAsync(stream, text.Contains("PING", StringComparison.Ordinal) ? "+PONG\r\n" : "HTTP/1.1 200 OK\r\n\r\n"));
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
        var failure = await Assert.ThrowsAsync<RedisUnavailableException>(async () => await client.SendAsync("k", CancellationToken.None, "GET", "k"));
        Assert.Contains("0.3 s", failure.Message, StringComparison.Ordinal);
        Assert.False(await Eventually.HoldsAsync(() => client.Reason.Length > 0, Soon) && client.Reason.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_Cancelled_EndsAtOnceAndKeepsTheLineInOrder()
    {
        var held = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (stream, text) =>
        {
            if (text.Contains("slow", StringComparison.Ordinal)) await held.Task;
            // One answer for each command in what was read, in order.
            foreach (var word in text.Split("*", StringSplitOptions.RemoveEmptyEntries))
                await ScriptedServer.SayAsync(stream, word.Contains("PING", StringComparison.Ordinal) ? "+PONG\r\n" : word.Contains("slow", StringComparison.Ordinal) ? "+slow\r\n" : "+fast\r\n");
        });
        await using var client = await OpenAsync(server.Port, new RedisOptions { CommandTimeout = TimeSpan.FromSeconds(30) });
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
        await using var client = await OpenAsync(server.Port, new RedisOptions { MaximumBacklog = 8, CommandTimeout = TimeSpan.FromSeconds(30) });
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

    // A caller that blocks the thread its answer came on must not hold up the others.
    [Fact]
    public async Task Send_CallerBlocksInItsContinuation_OthersGoOn()
    {
        await using var server = new ScriptedServer(async (stream, text) =>
        {
            foreach (var word in text.Split("*", StringSplitOptions.RemoveEmptyEntries)) await ScriptedServer.SayAsync(stream, $"+{Encoding.UTF8.GetByteCount(word)}\r\n");
        });
        await using var client = await OpenAsync(server.Port);
        using var gate = new ManualResetEventSlim();
        var blocked = BlockAsync();
        Assert.False((await client.SendAsync("k", CancellationToken.None, "GET", "other")).IsNull);
        gate.Set();
        await blocked;

        async Task BlockAsync()
        {
            await client.SendAsync("k", CancellationToken.None, "GET", "mine");
            gate.Wait(Soon);
        }
    }

    [Theory]
    [InlineData("123456789", 12739)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("user1000", 3443)]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("foo{{bar}}zap", 4015)]
    public void HashSlot_Known_IsThatOfRedis(string key, int slot) => Assert.Equal(slot, HashSlot.Of(key));

    private static async Task<RedisClient> OpenAsync(int port, RedisOptions? options = null)
    {
        var client = new RedisClient((options ?? new RedisOptions()) with { Host = "127.0.0.1", Port = port, MaximumPause = TimeSpan.FromMilliseconds(200), ConnectTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        return client;
    }
}
