using Microsoft.Extensions.DependencyInjection;
using Sluice.Core.Sqlite;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.History;

/// <summary>A history file that opens well and is damaged further in.</summary>
public sealed class DamagedHistoryTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();

    private string History => folder.FileOf("history.db");

    public void Dispose() => folder.Dispose();

    // The notes are read by the opening, the index of the marks is written afterwards.
    [Theory]
    [InlineData("notes", 1)]
    [InlineData("marks_at", 2)]
    public async Task Start_DamageFurtherIn_IsMovedAsideAtOnceOrByTheNextStart(string name, int starts)
    {
        await RunAsync();
        long page;
        using (var file = SqliteDatabase.Open(History)) page = file.ReadInteger($"SELECT rootpage FROM sqlite_master WHERE name = '{name}'");
        await using (var file = File.OpenWrite(History))
        {
            file.Position = (page - 1) * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xEE, 4096).ToArray(), TestContext.Current.CancellationToken);
        }

        for (var i = 1; i <= starts; i++)
        {
            Assert.False(File.Exists(History + ".damaged-1"));
            await RunAsync();
        }

        Assert.True(File.Exists(History + ".damaged-1"));
        await RunAsync();
        Assert.False(File.Exists(History + ".damaged-2"));
        using var anew = SqliteDatabase.Open(History);
        Assert.Equal(2, anew.ReadInteger("SELECT count(*) FROM marks WHERE kind = 'start'"));
    }

    private async Task RunAsync()
    {
        var options = new MonitoringOptions { Node = "n", HistoryFile = History };
        await using var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new ManualTimeProvider()).AddSluiceMonitoring(options, new MonitorSources()).BuildServiceProvider();
        var monitor = services.GetRequiredService<Monitor>();
        monitor.Start();
        Assert.True(await Eventually.HoldsAsync(() => monitor.IsReady, Soon));
    }
}
