using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Core.Sqlite;
using Sluice.TestKit;

namespace Sluice.Core.Tests.KeyValue;

public sealed class SqliteKeyValueStoreTests : KeyValueStoreContract
{
    private readonly string root = Directory.CreateTempSubdirectory("sluice-kv-").FullName;

    private string FilePath => Path.Combine(root, "cache", "kv.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    protected override KeyValueStores OpenStores() => Open();

    protected override Task CheckIntegrityAsync(IKeyValueStore store)
    {
        using var file = SqliteDatabase.Open(FilePath);
        Assert.Equal(0, file.ReadInteger("SELECT count(*) FROM tags WHERE entry NOT IN (SELECT id FROM entries)"));
        Assert.Equal(file.ReadInteger("SELECT count(*) FROM tags"), file.ReadInteger("SELECT sum(tagged) FROM entries"));
        Assert.Equal(0, file.ReadInteger("SELECT count(*) FROM namespaces n WHERE entries <> (SELECT count(*) FROM entries WHERE namespace = n.id) OR bytes <> (SELECT coalesce(sum(size), 0) FROM entries WHERE namespace = n.id)"));
        return Task.CompletedTask;
    }

    private SqliteKeyValueStores Open() => new(FilePath, Time, NullLogger.Instance);

    private async Task<SqliteKeyValueStores> ReopenAsync()
    {
        await Stores.DisposeAsync();
        return Open();
    }

    [Fact]
    public async Task Restart_HasValuesTagsAndLifetimes()
    {
        await Stores.Open("a").SetAsync("k", Bytes("v"), new KeyValueSettings(TimeSpan.FromMinutes(5), ["t"]));
        await Stores.Open("a").SetAsync("kept", Bytes("w"), default);
        await using var again = await ReopenAsync();
        var entry = await again.Open("a").GetAsync("k");
        Assert.Equal("v", Text(entry));
        Assert.Equal(["t"], entry!.Tags);
        Assert.Equal(Time.GetUtcNow() + TimeSpan.FromMinutes(5), entry.ExpiresAt);
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await again.Open("a").GetAsync("k"));
        Assert.Equal("w", Text(await again.Open("a").GetAsync("kept")));
    }

    [Fact]
    public async Task Restart_ClockSetBackMeanwhile_ExpiredStaysExpired()
    {
        await Stores.Open("a").SetAsync("k", Bytes("v"), new KeyValueSettings(TimeSpan.FromSeconds(30)));
        Time.Advance(TimeSpan.FromSeconds(45));
        await Stores.DisposeAsync();
        Time.SetBack(TimeSpan.FromSeconds(40));
        await using var again = Open();
        Assert.Null(await again.Open("a").GetAsync("k"));
    }

    [Fact]
    public async Task Restart_OrderOfUse_IsKept()
    {
        var limits = new KeyValueLimits { MaximumEntries = 3 };
        foreach (var key in new[] { "1", "2", "3" }) await Stores.Open("a", limits).SetAsync(key, Bytes("v"), default);
        await Stores.Open("a").GetAsync("1");
        await using var again = await ReopenAsync();
        await again.Open("a", limits).SetAsync("4", Bytes("v"), default);
        Assert.Equal(["1", "3", "4"], await again.Open("a").ScanAsync("").ToListAsync());
    }

    [Fact]
    public async Task TwoProcesses_OneFile_SeeEachOther()
    {
        await using var other = Open();
        await Stores.Open("a").SetAsync("k", Bytes("1"), new KeyValueSettings(null, ["t"]));
        Assert.Equal("1", Text(await other.Open("a").GetAsync("k")));
        await other.Open("a").SetAsync("k", Bytes("2"), new KeyValueSettings(null, ["t"]));
        Assert.Equal("2", Text(await Stores.Open("a").GetAsync("k")));
        Assert.Equal(1, await other.Open("a").DeleteByTagAsync("t"));
        Assert.Null(await Stores.Open("a").GetAsync("k"));
    }

    [Fact]
    public async Task TwoProcesses_WritingAtOnce_LoseNothing()
    {
        await using var other = Open();
        var both = new[] { Stores.Open("a"), other.Open("a") };
        await Task.WhenAll(both.Select((store, which) => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++) await store.SetAsync($"{which}-{i}", Bytes("v"), new KeyValueSettings(null, ["t" + (i % 3)]));
        })));
        Assert.Equal(200, (await both[0].GetUsageAsync()).Entries);
        Assert.Equal(68, await both[0].DeleteByTagAsync("t0"));
        await CheckIntegrityAsync(both[0]);
    }

    [Fact]
    public async Task TwoProcesses_CreatingAtOnce_MakeOneFile()
    {
        await Stores.DisposeAsync();
        File.Delete(FilePath);
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var stores = Open();
            stores.Open("same");
            return stores;
        })));
        await opened[0].Open("same").SetAsync("k", Bytes("v"), default);
        Assert.Equal("v", Text(await opened[3].Open("same").GetAsync("k")));
        foreach (var stores in opened) await stores.DisposeAsync();
    }

    [Fact]
    public async Task Sweep_DeletesExpiredRowsInTheBackground()
    {
        var store = Stores.Open("a");
        for (var i = 0; i < 40; i++) await store.SetAsync("k" + i, Bytes("v"), new KeyValueSettings(TimeSpan.FromSeconds(i < 30 ? 5 : 500), ["t"]));
        Time.Advance(TimeSpan.FromMinutes(1));
        await ((SqliteKeyValueStores)Stores).Sweep;
        using var file = SqliteDatabase.Open(FilePath);
        Assert.Equal(10, file.ReadInteger("SELECT count(*) FROM entries"));
        Assert.Equal(10, file.ReadInteger("SELECT count(*) FROM tags"));
        await CheckIntegrityAsync(store);
    }

    [Fact]
    public async Task Open_DamagedFile_IsMovedAside()
    {
        await Stores.DisposeAsync();
        await File.WriteAllBytesAsync(FilePath, new byte[9000]);
        await File.WriteAllTextAsync(FilePath, "this is no database, whatever its name says");
        await using var again = Open();
        await again.Open("a").SetAsync("k", Bytes("v"), default);
        Assert.True(File.Exists(FilePath + ".damaged-1"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public async Task Open_DamageFurtherIn_IsMovedAside()
    {
        await Stores.Open("a").SetAsync("k", Bytes("v"), new KeyValueSettings(TimeSpan.FromMinutes(5)));
        await Stores.DisposeAsync();
        long page;
        using (var file = SqliteDatabase.Open(FilePath)) page = file.ReadInteger("SELECT rootpage FROM sqlite_master WHERE name = 'entries_expires'");
        await using (var file = File.OpenWrite(FilePath))
        {
            file.Position = (page - 1) * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xEE, 4096).ToArray());
        }
        await using var again = Open();
        await again.Open("a").SetAsync("k", Bytes("v"), default);
        Assert.True(File.Exists(FilePath + ".damaged-1"));
    }

    [Fact]
    public async Task Get_RowThatMakesNoSense_IsAMissAndCanBeReplaced()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("v"), new KeyValueSettings(TimeSpan.FromMinutes(5), ["t"]));
        using (var file = SqliteDatabase.Open(FilePath)) file.Execute($"UPDATE entries SET expires = {long.MaxValue}");
        Assert.Null(await store.GetAsync("k"));
        await store.SetAsync("k", Bytes("w"), new KeyValueSettings(TimeSpan.FromMinutes(5), ["t"]));
        using (var file = SqliteDatabase.Open(FilePath)) file.Execute("UPDATE tags SET tag = x'F4'");
        Assert.Null(await store.GetAsync("k"));
        await store.SetAsync("k", Bytes("x"), default);
        Assert.Equal("x", Text(await store.GetAsync("k")));
    }

    [Fact]
    public async Task Open_NewerVersion_IsRefused()
    {
        await Stores.DisposeAsync();
        using (var file = SqliteDatabase.Open(FilePath)) file.Execute("PRAGMA user_version = 2");
        Assert.Contains("newer version", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PlaceThatCannotBe_SaysWhatToDo()
    {
        File.WriteAllText(Path.Combine(root, "file"), "");
        Assert.Throws<IOException>(() => new SqliteKeyValueStores(Path.Combine(root, "file", "kv.db"), Time, NullLogger.Instance));
        Assert.Contains("Check its permissions", Assert.Throws<IOException>(() => new SqliteKeyValueStores(root, Time, NullLogger.Instance)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileUnreadable_GetIsAMissAndSetThrows()
    {
        var store = Stores.Open("a");
        using (var file = SqliteDatabase.Open(FilePath)) file.Execute("DROP TABLE tags; DROP TABLE entries");
        Assert.Null(await store.GetAsync("k"));
        await Assert.ThrowsAsync<IOException>(async () => await store.SetAsync("k", Bytes("v"), default));
    }
}
