using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Sqlite;
using Sluice.Monitoring.History;
using Sluice.TestKit.Monitoring;
using Sluice.TestKit.Processes;
using SQLitePCL;

namespace Sluice.Monitoring.Tests.History;

public sealed class HistoryStoreTests : IDisposable
{
    private const long Noon = 1_790_000_000 / 3600 * 3600;
    private readonly TemporaryFolder folder = new();
    private HistoryStore store;

    public HistoryStoreTests() => store = Open();

    private string File => Path.Combine(folder.Path, "history.db");

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Open_InANewFolder_LetsNobodyElseIn()
    {
        var cache = Path.Combine(folder.Path, "new");

        using (HistoryFile.Open(Path.Combine(cache, "history.db"), NullLogger.Instance)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(cache));
    }

    [Fact]
    public void Append_SamplesOfTenSeconds_AreInEveryLevel()
    {
        for (var i = 0; i < 12; i++) Append(Noon + (i * 10), 5, i);
        Assert.Equal(12, store.Read(HistoryLevel.Fine, Noon, Noon + 120, 10, SeriesFilter.All).Count);
        var minutes = store.Read(HistoryLevel.Minute, Noon, Noon + 120, 60, SeriesFilter.All);
        Assert.Equal([30, 30], minutes.Select(bin => bin.Window.Sum("n")));
        Assert.Equal([5, 11], minutes.Select(bin => bin.Window.Last("g")!.Value));
        Assert.Equal(60, Assert.Single(store.Read(HistoryLevel.Hour, Noon, Noon + 3600, 3600, SeriesFilter.All)).Window.Sum("n"));
    }

    [Fact]
    public void Append_AfterARestartWithinTheMinute_AddsToItsPoint()
    {
        Append(Noon, 5, 1);
        store.Dispose();
        store = Open();
        Append(Noon + 20, 7, 2);
        Assert.Equal(12, Assert.Single(store.Read(HistoryLevel.Minute, Noon, Noon + 60, 60, SeriesFilter.All)).Window.Sum("n"));
    }

    [Fact]
    public void Append_ClockSetBack_AddsToThePointThatIsThere()
    {
        Append(Noon + 3600, 5, 1);
        Append(Noon, 5, 1);
        Append(Noon + 3600, 5, 1);
        Assert.Equal(10, store.Read(HistoryLevel.Hour, Noon + 3600, Noon + 7200, SeriesFilter.All).Sum("n"));
    }

    [Fact]
    public void Append_BeyondWhatALevelKeeps_DropsTheOldest()
    {
        Append(Noon, 5, 1);
        Append(Noon + 86_400 + 10, 5, 1);
        Assert.Single(store.Read(HistoryLevel.Fine, 0, long.MaxValue, 10, SeriesFilter.All));
        Assert.Equal(2, store.Read(HistoryLevel.Minute, 0, long.MaxValue, 60, SeriesFilter.All).Count);
        Append(Noon + (731 * 86_400L) + 3600, 5, 1);
        Assert.Equal(2, store.Read(HistoryLevel.Hour, 0, long.MaxValue, 3600, SeriesFilter.All).Count);
    }

    [Fact]
    public void Append_WhileTheClockIsYearsAhead_KeepsWhatThereIs()
    {
        for (var i = 0; i < 1000; i++) Append(Noon + (i * 10), 1, 1);
        for (var i = 0; i < 30; i++) Append(Noon + (5 * 365 * 86_400L) + (i * 10), 1, 1);
        Append(Noon + 10_000, 1, 1);
        // Two of its points for each that began meanwhile.
        foreach (var (level, lost) in HistoryLevel.All.Zip([2 * 30, 2 * 6 * 6, 2 * 360])) Assert.InRange(store.Read(level, Noon, Noon + 86_400, SeriesFilter.All).Sum("n"), 1001 - lost, 1001);
        // And what is too old by any clock goes, a little at a time.
        for (var i = 0; i < 1000; i++) Append(Noon + (3 * 86_400) + (i * 10), 1, 1);
        Assert.Empty(store.Read(HistoryLevel.Fine, Noon, Noon + 86_400, 10, SeriesFilter.All));
    }

    [Fact]
    public void Catalog_TenThousandLabelSets_KeepsItsBound()
    {
        var made = store.Resolve(catalog => Enumerable.Range(0, 10_000).Count(i => catalog.Get($"n{{path=/{i}}}", SeriesKind.Counter, []) is not null));
        Assert.Equal(SeriesCatalog.Maximum, made);
        Assert.Equal(10_000 - SeriesCatalog.Maximum, store.Catalog.Refused);
    }

    [Fact]
    public void Catalog_OfAServerWithFiftyBuckets_LeavesNothingOut() // each brings 34; what comes last are the requests to origins, without which none is ever down
    {
        Assert.DoesNotContain(null, store.Resolve(catalog => Enumerable.Range(0, 80 + (50 * 34)).Select(i => catalog.Get($"n{i % 34}{{origin={i / 34}}}", SeriesKind.Counter, [])).ToList()));
        Assert.Equal(0, store.Catalog.Refused);
    }

    [Fact]
    public void Open_ADamagedFile_IsMovedAsideAndBegunAnew()
    {
        store.Dispose();
        System.IO.File.WriteAllText(File, "this is no database, and long enough to be sure of that: " + new string('x', 4096));
        store = Open();
        Append(Noon, 1, 1);
        Assert.True(System.IO.File.Exists(File + ".damaged-1"));
    }

    [Fact]
    public void Open_AFileOfANewerFormat_IsRefusedAndLeftAlone()
    {
        store.Dispose();
        using (var connection = SqliteDatabase.Open(File)) connection.Execute("PRAGMA user_version=2");
        Assert.Contains("newer version", Assert.Throws<IOException>(() => HistoryFile.Open(File, NullLogger.Instance)).Message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File + ".damaged-1"));
        using (var connection = SqliteDatabase.Open(File)) connection.Execute("PRAGMA user_version=1");
        store = Open();
    }

    [Fact]
    public void Append_PastTheBound_ShrinksAndKeepsTheCoarsest()
    {
        store.Dispose();
        System.IO.File.Delete(File);
        store = new HistoryStore(HistoryFile.Open(File, NullLogger.Instance), 300_000);
        for (var i = 0; i < 2000; i++)
        {
            var at = Noon + (i * 10L);
            store.Append(at, store.Resolve(catalog => Enumerable.Range(0, 40).ToDictionary(n => catalog.Get($"n{{n={n}}}", SeriesKind.Counter, [])!.Id, n => new SeriesValue { Value = 1e9 + n + i })));
        }

        Assert.InRange(store.Size, 1, 700_000);
        Assert.Equal(6, store.Read(HistoryLevel.Hour, Noon, Noon + 86_400, 3600, SeriesFilter.All).Count);
    }

    [Fact]
    public void Append_PastTheBoundAfterTheClockWasYearsAhead_KeepsTheNewerHalf()
    {
        store.Dispose();
        System.IO.File.Delete(File);
        store = new HistoryStore(HistoryFile.Open(File, NullLogger.Instance), 100_000);
        Append(Noon + (5 * 365 * 86_400L), 1, 1);
        // Up to the second look at the bound, which the first points alone are past.
        for (var i = 0; i < 360; i++)
            store.Append(Noon + (i * 10L), store.Resolve(catalog => Enumerable.Range(0, 40).ToDictionary(n => catalog.Get($"n{{n={n}}}", SeriesKind.Counter, [])!.Id, n => new SeriesValue { Value = 1e9 + n + i })));
        Assert.InRange(store.Read(HistoryLevel.Fine, Noon, Noon + 86_400, 10, SeriesFilter.All).Count, 100, 200);
    }

    [Fact]
    public void File_OfAMonthWithManySeries_StaysUnderItsBound()
    {
        var path = Path.Combine(folder.Path, "month.db");
        // Two days; a month has sixteen times the minutes and no more of the ten seconds.
        SyntheticHistory.Write(path, 2, DateTimeOffset.FromUnixTimeSeconds(Noon), further: 100);
        using var written = new HistoryStore(HistoryFile.Open(path, NullLogger.Instance), 200_000_000);
        Assert.InRange(written.Size * 31 / 2, 1, 200_000_000);
    }

    [Fact]
    public void Append_WhileTheFileIsFull_FailsAndGoesOnOnceThereIsRoom()
    {
        var connection = Reopen();
        Append(Noon, 5, 1);
        connection.Execute($"PRAGMA max_page_count = {connection.ReadInteger("PRAGMA page_count")}");
        var sum = 5;
        var failure = Assert.Throws<SqliteException>(void () =>
        {
            for (var at = Noon + 10; at < Noon + 3600; at += 10, sum += 7) Append(at, 7, 1);
        });
        Assert.Equal(13, failure.SqliteErrorCode);
        connection.Execute("PRAGMA max_page_count = 100000");
        Append(Noon + 3590, 7, 1);
        Assert.Equal(sum + 7, store.Read(HistoryLevel.Hour, Noon, Noon + 3600, SeriesFilter.All).Sum("n"));
    }

    [Fact]
    public void Append_CommitThatFailsForASpell_CountsWhatIsAppendedAgainOnce()
    {
        var connection = Reopen();
        Append(Noon, 5, 1);
        // What a full disk does to a COMMIT, with another number.
        raw.sqlite3_commit_hook(connection.Handle, _ => 1, null);
        for (var i = 0; i < 3; i++) Assert.Equal(19, Assert.Throws<SqliteException>(() => Append(Noon + 10, 7, 1)).SqliteErrorCode);
        raw.sqlite3_commit_hook(connection.Handle, null, null);
        Append(Noon + 10, 7, 1);
        Assert.Equal(12, store.Read(HistoryLevel.Minute, Noon, Noon + 60, SeriesFilter.All).Sum("n"));
    }

    [Fact]
    public void Dispose_AfterACommitThatFailed_EndsQuietly()
    {
        var connection = Reopen();
        Append(Noon, 5, 1);
        raw.sqlite3_commit_hook(connection.Handle, _ => 1, null);
        Assert.Throws<SqliteException>(() => Append(Noon + 10, 7, 1));
        store.Dispose();
        store = Open();
        Assert.Equal(5, store.Read(HistoryLevel.Minute, Noon, Noon + 60, SeriesFilter.All).Sum("n"));
    }

    [Fact]
    public void Numbers_CommitThatFails_AreNotGiven()
    {
        var connection = Reopen();
        raw.sqlite3_commit_hook(connection.Handle, _ => 1, null);
        Assert.Throws<SqliteException>(() => store.Records.Raise("error-rate", 2, "bad", 3.5, Noon));
        Assert.Throws<SqliteException>(() => store.Resolve(catalog => catalog.Get("n", SeriesKind.Counter, [])));
        raw.sqlite3_commit_hook(connection.Handle, null, null);
        Assert.Empty(store.Catalog.All);
        store.Records.Raise("error-rate", 2, "bad", 3.5, Noon);
        Assert.Single(store.Records.Alerts(0));
    }

    [Fact]
    public void Alerts_AcrossARestart_AreKept()
    {
        var id = store.Records.Raise("error-rate", 2, "bad", 3.5, Noon);
        store.Dispose();
        store = Open();
        Assert.Equal(new AlertRow(id, "error-rate", 2, "bad", 3.5, Noon), Assert.Single(store.Records.Alerts(Noon + 999_999)));
        store.Records.Resolve(id, Noon + 60);
        Assert.Empty(store.Records.Alerts(Noon + 61));
    }

    private void Append(long at, double counter, double gauge) => store.Append(at, store.Resolve(catalog => new Dictionary<int, SeriesValue>
    {
        [catalog.Get("n", SeriesKind.Counter, [])!.Id] = new() { Value = counter },
        [catalog.Get("g", SeriesKind.Gauge, [])!.Id] = new() { Value = gauge, Maximum = gauge },
    }));

    private SqliteConnection Reopen()
    {
        store.Dispose();
        var connection = HistoryFile.Open(File, NullLogger.Instance);
        store = new HistoryStore(connection, 200_000_000);
        return connection;
    }

    private HistoryStore Open() => new(HistoryFile.Open(File, NullLogger.Instance), 200_000_000);
}
