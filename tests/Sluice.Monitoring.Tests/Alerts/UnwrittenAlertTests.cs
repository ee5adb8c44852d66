using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Core.Sqlite;
using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.History;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>A history that cannot be written, with a clock that tests move: whoever is on call hears of it, for nothing else is judged meanwhile.</summary>
public sealed class UnwrittenAlertTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sluice-unwritten-");
    private readonly ManualTimeProvider time = new();
    private readonly ServiceProvider services;
    private readonly Monitor monitor;

    public UnwrittenAlertTests()
    {
        var options = new MonitoringOptions { Node = "n", HistoryFile = Path.Combine(folder.FullName, "history.db") };
        services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time).AddSluiceMonitoring(options, new MonitorSources()).BuildServiceProvider();
        monitor = services.GetRequiredService<Monitor>();
    }

    public async ValueTask InitializeAsync()
    {
        monitor.Start();
        Assert.True(await Eventually.HoldsAsync(() => monitor.IsReady, Soon));
        await PassAsync(() => Points() > 1);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task History_ThatCannotBeWritten_IsAnAlertUntilItCan()
    {
        // What a full disk does, without one.
        Execute("CREATE TRIGGER full BEFORE INSERT ON points BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
        var began = time.GetUtcNow();
        // At once, though it is no alert yet: nothing that happened since is in what a check looks at.
        var check = await monitor.CheckAsync("now", TestContext.Current.CancellationToken);
        Assert.Equal(("History", "bad"), (check!.Questions[0].Question, check.Verdict));
        await PassAsync(() => monitor.Alerts().Count > 0);
        var on = Assert.Single(monitor.Alerts());
        Assert.Equal((UnwrittenAlert.Rule, "critical", null), (on.Rule, on.Severity, on.Resolved));
        Assert.Contains("database or disk is full", on.Message, StringComparison.Ordinal);
        Assert.True(on.Started - began >= UnwrittenAlert.After);
        Assert.Equal("bad", (await monitor.CheckAsync("now", TestContext.Current.CancellationToken))!.Verdict);
        // Nor can what is new be entered, which the dashboard shows all the same.
        Execute("CREATE TRIGGER full2 BEFORE INSERT ON series BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
        using var meter = new System.Diagnostics.Metrics.Meter($"Sluice.Test{Guid.NewGuid():N}");
        var counter = meter.CreateCounter<long>(meter.Name.Replace("Sluice.Test", "sluice.test", StringComparison.Ordinal));
        Assert.True(await Eventually.HoldsAsync(() => counter.Enabled, Soon));
        counter.Add(1);
        Assert.Contains((await monitor.SummaryAsync("day", null, TestContext.Current.CancellationToken))!.Alerts, alert => alert.Rule == UnwrittenAlert.Rule);

        Execute("DROP TRIGGER full; DROP TRIGGER full2");
        await PassAsync(() => monitor.Alerts().All(alert => alert.Resolved is not null));
        // Entered by now, and once.
        Assert.Equal(on.Started, Assert.Single(monitor.Alerts()).Started);
        Assert.Equal(1, Read("SELECT count(*) FROM alerts WHERE resolved > started"));
    }

    [Theory]
    [InlineData(5, "Another program holds the file")]
    [InlineData(11, "Restart the server")]
    [InlineData(13, "Check free space")]
    public void Advice_OfWhatSQLiteSays_IsAboutThat(int code, string advice) => Assert.StartsWith(advice, HistoryFile.Advice(new SqliteException("", code)), StringComparison.Ordinal);

    [Fact]
    public async Task History_ThatFailsForAMoment_IsNoAlert()
    {
        Execute("CREATE TRIGGER full BEFORE INSERT ON points BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
        for (var i = 0; i < 3; i++) await StepAsync();
        Execute("DROP TRIGGER full");
        var before = Points();
        await PassAsync(() => Points() > before + 8);
        Assert.Empty(monitor.Alerts());
    }

    private async Task PassAsync(Func<bool> until)
    {
        for (var i = 0; i < 100 && !until(); i++) await StepAsync();
        Assert.True(until());
    }

    /// <summary>Ten seconds, once the monitor waits for them.</summary>
    private async Task StepAsync()
    {
        Assert.True(await Eventually.HoldsAsync(() => time.ActiveTimers > 0, Soon));
        time.Advance(TimeSpan.FromSeconds(10));
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }

    private long Points() => Read("SELECT count(*) FROM points WHERE level = 10");

    private long Read(string sql)
    {
        using var connection = Connect();
        return connection.ReadInteger(sql);
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        connection.Execute(sql);
    }

    private SqliteConnection Connect() => SqliteDatabase.Open(Path.Combine(folder.FullName, "history.db"));
}
