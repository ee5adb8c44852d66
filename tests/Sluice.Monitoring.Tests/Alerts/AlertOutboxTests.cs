using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Sqlite;
using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.History;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>Messages that nobody took before a stop.</summary>
public sealed class AlertOutboxTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly ManualTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(AlertBench.Begin));
    private readonly Receiver receiver = new();
    private HistoryStore store;

    public AlertOutboxTests() => store = Open();

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Message_ThatWaitsAtTheStop_IsDeliveredAfterTheStart_WithTheSameId_AndOnlyOnce()
    {
        receiver.IsDown = true;
        var alert = Raise("origin-down");
        var delivery = Deliver();
        await using (var teller = new AlertTeller("node", [delivery], NullLogger.Instance))
        {
            teller.Tell(new AlertNotice(alert, 1));
            Assert.True(await Eventually.HoldsAsync(() => delivery.PausesBegun == 1, Soon));
        }

        receiver.IsDown = false;
        Restart();
        for (var start = 0; start < 2; start++)
        {
            await using var teller = new AlertTeller("node", [Deliver()], NullLogger.Instance);
            Assert.True(await Eventually.HoldsAsync(() => receiver.Taken.Count == start + 1, Soon));
            teller.Tell(new AlertNotice(alert with { Resolved = AlertBench.Begin + 60 }, 0)); // behind what waited
            Assert.True(await Eventually.HoldsAsync(() => receiver.Taken.Count == start + 2 && store.Records.Kept("webhook").Count == 0, Soon));
        }

        var id = $"node-origin-down-{AlertBench.Begin}";
        Assert.Equal([id + "-firing", id + "-resolved", id + "-resolved"], receiver.Taken);
    }

    [Fact]
    public async Task Alert_AfterTheHistoryWasLost_HasAnIdThatNobodyHasSeen()
    {
        for (var at = AlertBench.Begin; at < AlertBench.Begin + 2; at++)
        {
            using var history = new HistoryStore(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);
            await using var teller = new AlertTeller("node", [new AlertDelivery(receiver, time, NullLogger.Instance)], NullLogger.Instance);
            teller.Tell(new AlertNotice(new AlertRow(history.Records.Raise("origin-down", 2, "m", 1, at), "origin-down", 2, "m", 1, at), 1));
        }

        Assert.Equal(2, receiver.Taken.Distinct().Count());
    }

    [Fact]
    public async Task Message_ThatWasGivenUp_IsTriedAgainAfterTheStart()
    {
        receiver.IsDown = true;
        await using var delivery = Deliver();
        delivery.Send(Message(Raise("origin-down")));
        for (var begun = 1; delivery.Dropped == 0; begun++)
        {
            Assert.True(await Eventually.HoldsAsync(() => delivery.Dropped == 1 || (delivery.PausesBegun == begun && time.ActiveTimers == 1), Soon));
            time.Advance(AlertDelivery.Pauses[Math.Min(begun, AlertDelivery.Pauses.Count) - 1]);
        }

        Assert.Empty(receiver.Taken);
        receiver.IsDown = false;
        await using var next = Deliver();
        Assert.True(await Eventually.HoldsAsync(() => receiver.Taken.Count == 1, Soon));
    }

    [Fact]
    public void Waiting_BeginAndEnd_AreBothSentInOrder()
    {
        var box = Box();
        var alert = Raise("origin-down");
        box.Add(Message(alert));
        box.Add(Message(Resolve(alert)));
        Restart();
        Assert.Equal(["node-1-firing", "node-1-resolved"], Box().Waiting(time.GetUtcNow()).Select(message => message.Id));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(Box().Waiting(time.GetUtcNow())); // no news
        Assert.Empty(store.Records.Kept("webhook"));
    }

    [Fact]
    public void Waiting_BeginOfWhatIsOver_WhoseEndWasTaken_IsNotSent()
    {
        var box = Box();
        var (over, on) = (Raise("origin-down"), Raise("kv-storage"));
        box.Add(Message(over));
        box.Add(Message(on));
        Resolve(over);
        Assert.Equal(["node-2-firing"], box.Waiting(time.GetUtcNow()).Select(message => message.Id));
    }

    [Fact]
    public void Waiting_OfOneSink_IsNotThatOfAnother_AndIsBounded()
    {
        var alert = Raise("origin-down");
        var message = Message(alert);
        for (var i = 0; i < 1000; i++) Box().Add(message with { Id = $"{i}" });
        Box().Add(message with { Id = "999" });
        Assert.Empty(Box("command").Waiting(time.GetUtcNow()));
        var kept = Box().Waiting(time.GetUtcNow());
        Assert.Equal((512, "488", "999"), (kept.Count, kept[0].Id, kept[^1].Id));
    }

    [Fact]
    public void File_OfBefore_GetsWhatIsMissing()
    {
        store.Dispose();
        using (var connection = SqliteDatabase.Open(folder.Path + "/history.db")) connection.Execute("DROP TABLE untaken");
        store = Open();
        Box().Add(Message(Raise("origin-down")));
        Assert.Single(Box().Waiting(time.GetUtcNow()));
        Assert.Single(Directory.GetFiles(folder.Path, "history.db*"), file => file.EndsWith(".db", StringComparison.Ordinal)); // not moved aside
        Assert.DoesNotContain(Directory.GetFiles(folder.Path), file => file.Contains("damaged", StringComparison.Ordinal));
    }

    private HistoryStore Open() => new(HistoryFile.Open(folder.Path + "/history.db", NullLogger.Instance), 200_000_000);

    private void Restart()
    {
        store.Dispose();
        store = Open();
    }

    private AlertOutbox Box(string sink = "webhook") => new(store.Records, sink, NullLogger.Instance);

    private AlertDelivery Deliver() => new(receiver, time, NullLogger.Instance, Box());

    private AlertRow Raise(string rule) => new(store.Records.Raise(rule, 2, "m", 1, AlertBench.Begin), rule, 2, "m", 1, AlertBench.Begin);

    private AlertRow Resolve(AlertRow row)
    {
        store.Records.Resolve(row.Id, AlertBench.Begin);
        return row with { Resolved = AlertBench.Begin };
    }

    private static AlertMessage Message(AlertRow row) => new()
    {
        Id = $"node-{row.Id}-{(row.Resolved is null ? "firing" : "resolved")}",
        Status = row.Resolved is null ? "firing" : "resolved",
        Rule = row.Rule,
        Severity = "critical",
        Node = "node",
        Message = row.Message,
        Started = DateTimeOffset.FromUnixTimeSeconds(row.Started),
        Resolved = row.Resolved is { } end ? DateTimeOffset.FromUnixTimeSeconds(end) : null,
    };

    private sealed class Receiver : IAlertSink
    {
        private readonly List<string> taken = [];

        public bool IsDown { get; set; }

        public string Name => "receiver";

        public IReadOnlyList<string> Taken
        {
            get
            {
                lock (taken) return [.. taken];
            }
        }

        public Task SendAsync(byte[] json, AlertMessage message, CancellationToken cancellation)
        {
            if (IsDown) throw new IOException("it is down");
            lock (taken) taken.Add(message.Id);
            return Task.CompletedTask;
        }
    }
}
