using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.Alerts;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>A webhook that fails, hangs and recovers, with a clock that stands still between attempts.</summary>
public sealed class AlertDeliveryTests : IAsyncLifetime
{
    private const string Secret = "0123456789abcdef";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider time = new();
    private readonly ConcurrentQueue<(string Body, IHeaderDictionary Headers)> taken = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> behaviour = new();
    private WebApplication receiver = null!;
    private int asked, advanced;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        receiver = builder.Build();
        receiver.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            Interlocked.Increment(ref asked);
            if (behaviour.TryDequeue(out var act)) await act(context);
            else taken.Enqueue((body, new HeaderDictionary(context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value))));
        });
        await receiver.StartAsync();
    }

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    [Fact]
    public async Task Webhook_ThatTakesIt_GetsSignedJson()
    {
        await using var delivery = Open();
        delivery.Send(Message("1"));
        Assert.True(await Eventually.HoldsAsync(() => taken.Count == 1, Soon));
        var (body, headers) = taken.Single();
        var json = JsonNode.Parse(body)!;
        Assert.Equal(("firing", "error-rate-media", "critical"), ((string)json["status"]!, (string)json["rule"]!, (string)json["severity"]!));
        Assert.Equal($"[critical] error-rate-media on {(string)json["node"]!}: {(string)json["message"]!}", (string)json["text"]!);
        var stamp = headers["X-Sluice-Timestamp"].ToString();
        Assert.Equal(time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), stamp);
        Assert.Equal("sha256=" + WebhookSink.Sign(Secret, stamp, Encoding.UTF8.GetBytes(body)), headers["X-Sluice-Signature"]);
        Assert.DoesNotContain(Secret, body, StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_KnownInput_IsTheKnownSignature() => // echo -n '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
        Assert.Equal("e4f8e2ecae2295b2ddb2f0b5584c8275", WebhookSink.Sign(Secret, "1700000000", "{}"u8.ToArray())[..32]);

    [Fact]
    public async Task Webhook_ThatFailsThenRecovers_GetsEachMessageOnceAndInOrder()
    {
        for (var i = 0; i < 3; i++) behaviour.Enqueue(Fail);
        await using var delivery = Open();
        delivery.Send(Message("1"));
        delivery.Send(Message("2"));
        Assert.True(await AdvanceUntilAsync(delivery, () => taken.Count == 2));
        Assert.Equal(["1", "2"], taken.Select(one => (string)JsonNode.Parse(one.Body)!["id"]!));
        Assert.Equal(5, asked);
    }

    [Fact]
    public async Task Webhook_ThatFailsWhileOthersWait_IsAskedOnceWhereATimerIsEarly()
    {
        for (var i = 0; i < 8; i++) behaviour.Enqueue(Fail);
        await using var delivery = Open(new EarlyTimers(time));
        delivery.Send(Message("1"));
        delivery.Send(Message("2"));
        Assert.True(await Eventually.HoldsAsync(() => delivery.PausesBegun == 1 && time.ActiveTimers == 1, Soon));
        time.Advance(AlertDelivery.Pauses[0] - TimeSpan.FromMilliseconds(1));
        Assert.True(await Eventually.HoldsAsync(
            () =>
            {
                if (delivery.PausesBegun == 1 && time.ActiveTimers == 1) time.Advance(TimeSpan.FromMilliseconds(1));
                return delivery.PausesBegun == 2;
            },
            Soon));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Webhook_ThatRecoversInALongPause_GetsWhatWaitsWithinAMinute()
    {
        for (var i = 0; i < 5; i++) behaviour.Enqueue(Fail);
        await using var delivery = Open();
        delivery.Send(Message("1"));
        for (var i = 0; i < 4; i++)
        {
            Assert.True(await PausesAsync(i + 1));
            time.Advance(AlertDelivery.Pauses[i]);
        }

        Assert.True(await PausesAsync(5)); // for five minutes
        delivery.Send(Message("2"));
        time.Advance(AlertDelivery.WhileOthersWait);
        Assert.True(await Eventually.HoldsAsync(() => taken.Count == 2, Soon));
        Assert.Equal(["1", "2"], taken.Select(one => (string)JsonNode.Parse(one.Body)!["id"]!));

        Task<bool> PausesAsync(int count) => Eventually.HoldsAsync(() => delivery.PausesBegun == count && time.ActiveTimers == 1, Soon);
    }

    [Fact]
    public async Task Webhook_ThatHangs_IsLeftAfterTenSecondsAndTriedAgain()
    {
        var hanging = new TaskCompletionSource();
        behaviour.Enqueue(context => hanging.Task.WaitAsync(context.RequestAborted));
        await using var delivery = Open();
        delivery.Send(Message("1"));
        Assert.True(await Eventually.HoldsAsync(() => asked == 1, Soon));
        time.Advance(AlertDelivery.Patience);
        Assert.True(await AdvanceUntilAsync(delivery, () => taken.Count == 1));
        Assert.Equal(2, asked);
        hanging.SetResult();
    }

    [Fact]
    public async Task Sink_ThatGivesUpByItself_IsTriedAgain()
    {
        // As an HTTP client does whose connection nobody accepts within its own limit.
        var sink = new Impatient();
        await using var delivery = new AlertDelivery(sink, time, NullLogger.Instance);
        delivery.Send(Message("1"));
        Assert.True(await AdvanceUntilAsync(delivery, () => sink.Asked == 2));
    }

    // Of an outage longer than the pauses together: who is on call must hear of what is still on.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Webhook_ThatIsDownForAnHour_GetsEachMessageOnceAndInOrder(int messages)
    {
        var isDown = true;
        for (var i = 0; i < 1000; i++) behaviour.Enqueue(context => isDown ? Fail(context) : Take(context));
        await using var delivery = Open();
        var end = time.GetUtcNow().AddHours(1);
        for (var i = 1; i <= messages; i++) delivery.Send(Message($"{i}"));
        Assert.True(await AdvanceUntilAsync(delivery, () => time.GetUtcNow() > end));
        // What is back amid an attempt may take the second message first.
        Assert.True(await Eventually.HoldsAsync(() => IsPausing(delivery), Soon));
        Assert.Equal(0, delivery.Dropped);
        isDown = false;
        Assert.True(await AdvanceUntilAsync(delivery, () => taken.Count == messages));
        Assert.Equal(Enumerable.Range(1, messages).Select(i => $"{i}"), taken.Select(one => one.Body));
    }

    [Fact]
    public async Task Message_ThatIsNotTakenWhileTheNextOneIs_IsGivenUpAfterSevenAttempts()
    {
        var refused = 0;
        for (var i = 0; i < 1000; i++) behaviour.Enqueue(context => context.Request.Headers["X-Sluice-Message"] == "1" && Interlocked.Increment(ref refused) > 0 ? Fail(context) : Take(context));
        await using var delivery = Open();
        delivery.Send(Message("1"));
        for (var i = 0; i < AlertDelivery.Pauses.Count; i++)
        {
            var begun = i + 1;
            Assert.True(await Eventually.HoldsAsync(() => delivery.PausesBegun == begun && time.ActiveTimers == 1, Soon));
            if (begun == AlertDelivery.Pauses.Count) time.Advance(AlertDelivery.Pauses[i] - AlertDelivery.WhileOthersWait);
            else time.Advance(AlertDelivery.Pauses[i]);
        }

        delivery.Send(Message("2"));
        delivery.Send(Message("3"));
        Assert.True(await Eventually.HoldsAsync(() => time.ActiveTimers == 1, Soon));
        time.Advance(AlertDelivery.WhileOthersWait);
        Assert.True(await Eventually.HoldsAsync(() => taken.Count == 2 && delivery.Dropped == 1, Soon));
        Assert.Equal((1, 8), (delivery.Dropped, refused)); // once more after the one behind it, for the webhook may just have come back
        Assert.Equal(["2", "3"], taken.Select(one => one.Body));
    }

    // As a report that a chat finds too long: it is tried for a day, and a new alert would wait for its next attempt, a quarter of an hour.
    [Fact]
    public async Task Message_BehindOneThatIsNotTakenForLong_IsTakenWithinAMinute()
    {
        for (var i = 0; i < 1000; i++) behaviour.Enqueue(context => context.Request.Headers["X-Sluice-Message"] == "1" ? Fail(context) : Take(context));
        await using var delivery = Open();
        delivery.Send(Message("1") with { Rule = "report-day" });
        for (var begun = 1; begun <= AlertDelivery.Pauses.Count; begun++)
        {
            Assert.True(await PausesAsync(begun));
            time.Advance(AlertDelivery.Pauses[begun - 1]);
        }

        Assert.True(await PausesAsync(AlertDelivery.Pauses.Count + 1));

        delivery.Send(Message("2"));
        time.Advance(AlertDelivery.WhileOthersWait);
        Assert.True(await Eventually.HoldsAsync(() => taken.Count == 1 && delivery.Dropped == 1, Soon));
        Assert.Equal("2", taken.Single().Body);

        Task<bool> PausesAsync(int count) => Eventually.HoldsAsync(() => delivery.PausesBegun == count && time.ActiveTimers == 1, Soon);
    }

    [Fact]
    public async Task Command_GetsTheMessageOnItsInput()
    {
        using var folder = new TemporaryFolder();
        var script = Path.Combine(folder.Path, "take.sh");
        await File.WriteAllTextAsync(script, "cat > \"$1\"; echo \"$SLUICE_ALERT_RULE\" >> \"$1\"", TestContext.Current.CancellationToken);
        var sink = new CommandSink($"/bin/sh {script} {folder.Path}/out");
        await sink.SendAsync("{\"a\":1}\n"u8.ToArray(), Message("1"), TestContext.Current.CancellationToken);
        Assert.Equal("{\"a\":1}\nerror-rate-media\n", await File.ReadAllTextAsync(folder.Path + "/out", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<IOException>(() => new CommandSink("/bin/sh -c exit\t3").SendAsync([], Message("1"), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<IOException>(() => new CommandSink("/nowhere/at/all").SendAsync([], Message("1"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Command_ThatLeavesAProcessBehindAndReadsNothing_HasTakenIt()
    {
        using var folder = new TemporaryFolder();
        var script = Path.Combine(folder.Path, "fork.sh");
        await File.WriteAllTextAsync(script, "sleep 120 & echo $! > \"$1\"", TestContext.Current.CancellationToken);
        try
        {
            // A report is larger than a pipe.
            await new CommandSink($"/bin/sh {script} {folder.Path}/pid").SendAsync(new byte[1 << 20], Message("1"), TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);
        }
        finally
        {
            using var left = System.Diagnostics.Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(folder.Path + "/pid", TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture));
            left.Kill();
        }
    }

    [Theory]
    [InlineData("Zürich", "Z%C3%BCrich")]
    [InlineData("a\nb", "a%0Ab")]
    public async Task Webhook_OfAServerWhoseNameIsNoFieldValue_GetsItAllTheSame(string node, string field)
    {
        await using var delivery = Open();
        delivery.Send(Message(node) with { Node = node });
        Assert.True(await Eventually.HoldsAsync(() => taken.Count == 1, Soon));
        var (body, headers) = taken.Single();
        Assert.Equal((node, node, field), ((string)JsonNode.Parse(body)!["id"]!, (string)JsonNode.Parse(body)!["node"]!, headers["X-Sluice-Message"].ToString()));
    }

    private static Task Fail(HttpContext context)
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    }

    private Task Take(HttpContext context)
    {
        taken.Enqueue((context.Request.Headers["X-Sluice-Message"].ToString(), new HeaderDictionary()));
        return Task.CompletedTask;
    }

    private static AlertMessage Message(string id) => new() { Id = id, Status = "firing", Rule = "error-rate-media", Severity = "critical", Node = "n", Message = "m", Started = DateTimeOffset.UnixEpoch };

    private AlertDelivery Open(TimeProvider? clock = null)
    {
        var url = receiver.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new AlertDelivery(new WebhookSink(new Uri(url), Secret, time), clock ?? time, NullLogger.Instance);
    }

    /// <summary>Moves the clock on whenever something waits for it.</summary>
    private Task<bool> AdvanceUntilAsync(AlertDelivery delivery, Func<bool> condition) => Eventually.HoldsAsync(() =>
    {
        while (!condition())
        {
            if (!IsPausing(delivery)) return false;
            // To where the pause is looked at and no further: what is done then must not run into its own limit, nor reckon with a clock that moves on.
            advanced = delivery.PausesBegun;
            time.Advance(time.NextIn!.Value);
        }

        return true;
    }, Soon * 2);

    /// <summary>What waits is a pause: one that has just begun, or something longer than the limit of an attempt.</summary>
    private bool IsPausing(AlertDelivery delivery) => time.ActiveTimers == 1 && (delivery.PausesBegun > advanced || time.NextIn > AlertDelivery.Patience);

    private sealed class Impatient : IAlertSink
    {
        public string Name => "impatient";

        public int Asked { get; private set; }

        public Task SendAsync(byte[] json, AlertMessage message, CancellationToken cancellation) => ++Asked == 1 ? throw new TaskCanceledException("", new TimeoutException()) : Task.CompletedTask;
    }

    /// <summary>Timers that fire a millisecond before they are due, as those of the system may.</summary>
    private sealed class EarlyTimers(TimeProvider time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime > TimeSpan.FromMilliseconds(1) ? dueTime - TimeSpan.FromMilliseconds(1) : dueTime, period);
    }
}
