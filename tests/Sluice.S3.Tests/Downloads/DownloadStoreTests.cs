using Sluice.S3.Downloads;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.Downloads;

/// <summary>What the directory keeps, and what goes first.</summary>
public sealed class DownloadStoreTests : IAsyncDisposable
{
    private readonly DownloadBed bed = new();

    private static string Key(string name) => DownloadKey.Of("s3://media/" + name, null);

    private static DownloadRow? Add(DownloadStore store, string name, int size)
    {
        var key = Key(name);
        Assert.True(store.TryBegin(key));
        if (!store.Reserve(key, size))
        {
            store.Abandon(key);
            return null;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(store.PathOf(key))!);
        File.WriteAllBytes(store.PartPathOf(key), new byte[size]);
        return store.Commit(new() { Key = key, Url = "s3://media/" + name, Place = "here", Length = size, Size = size, Sha256 = System.Security.Cryptography.SHA256.HashData(new byte[size]), Stamp = 0, Created = 0, Used = 0 });
    }

    private static bool Use(DownloadStore store, string name, bool lease = false)
    {
        if (store.Find(Key(name), "here") is not { } row || !store.HandOut(row, lease)) return false;
        store.Note(row.Key, row.Length, 0, hit: true);
        return true;
    }

    [Fact]
    public void Reserve_BeyondTheBytes_EvictsWhatWasUsedLongestAgoWithItsFile()
    {
        using var store = bed.Store(o => o with { MaximumBytes = 1000 });
        foreach (var name in (string[])["a", "b", "c"]) Add(store, name, 300);
        Assert.True(Use(store, "a"));
        Add(store, "d", 300);
        Assert.False(Use(store, "b"));
        Assert.False(File.Exists(store.PathOf(Key("b"))));
        Assert.True(Use(store, "a") && Use(store, "c") && Use(store, "d"));
        Assert.Equal((3, 900, 1), (store.Statistics().EntryCount, store.Statistics().TotalSize, store.Statistics().Evictions));
    }

    [Fact]
    public void Reserve_BeyondTheEntries_EvictsWhatWasUsedLongestAgo()
    {
        using var store = bed.Store(o => o with { MaximumEntries = 2 });
        foreach (var name in (string[])["a", "b", "c"]) Add(store, name, 1);
        Assert.False(Use(store, "a"));
        Assert.True(Use(store, "b") && Use(store, "c"));
    }

    [Fact]
    public void Reserve_LargerThanTheCache_EvictsNothing()
    {
        using var store = bed.Store(o => o with { MaximumBytes = 1000 });
        Add(store, "a", 900);
        Assert.Null(Add(store, "b", 1001));
        Assert.True(Use(store, "a"));
    }

    [Fact]
    public void Reserve_DownloadsUnderWay_CountTowardsTheBound()
    {
        using var store = bed.Store(o => o with { MaximumBytes = 1000 });
        Assert.True(store.TryBegin(Key("a")) && store.Reserve(Key("a"), 600));
        Assert.True(store.TryBegin(Key("b")));
        Assert.False(store.Reserve(Key("b"), 500));
        Assert.True(store.Reserve(Key("b"), 400));
    }

    [Fact]
    public void Reserve_SpaceThatIsPromisedAndNotTakenYet_IsNotFree()
    {
        using var store = bed.Store(o => o with { MaximumBytes = long.MaxValue / 4 });
        // More than half of what the disk has; nothing of it is written.
        var much = new DriveInfo(bed.Root).AvailableFreeSpace / 10 * 6;
        Assert.True(store.TryBegin(Key("a")) && store.Reserve(Key("a"), much));
        Assert.True(store.TryBegin(Key("b")));
        Assert.False(store.Reserve(Key("b"), much));
        Directory.CreateDirectory(Path.GetDirectoryName(store.PartPathOf(Key("a")))!);
        // From here on the disk tells.
        using (var part = File.Create(store.PartPathOf(Key("a")))) part.SetLength(much);
        Assert.True(store.Reserve(Key("b"), much));
    }

    // As every download does before it writes: the disk has it no longer, and the file has no length yet.
    [Fact]
    public void Reserve_SpaceThatIsSetAsideForAFile_IsCountedOnce()
    {
        const long aside = 256 << 20;
        using var store = bed.Store(o => o with { MaximumBytes = long.MaxValue / 4 });
        Assert.True(store.TryBegin(Key("a")) && store.Reserve(Key("a"), aside));
        Directory.CreateDirectory(Path.GetDirectoryName(store.PartPathOf(Key("a")))!);
        using var part = File.OpenHandle(store.PartPathOf(Key("a")), FileMode.Create, FileAccess.Write, FileShare.Read, FileOptions.None, aside);
        Assert.True(store.TryBegin(Key("b")));
        Assert.True(store.Reserve(Key("b"), new DriveInfo(bed.Root).AvailableFreeSpace - (aside / 2)));
    }

    [Fact]
    public void HandOut_WithLease_KeepsOtherProcessesFromEvicting()
    {
        using var mine = bed.Store(o => o with { MaximumBytes = 1000, Lease = TimeSpan.FromMinutes(10) });
        using var theirs = bed.Store(o => o with { MaximumBytes = 1000, Lease = TimeSpan.FromMinutes(10) });
        Add(mine, "a", 600);
        Assert.True(Use(mine, "a", lease: true));
        bed.Clock.Advance(TimeSpan.FromMinutes(9.9));
        Assert.Null(Add(theirs, "b", 600));
        Assert.True(File.Exists(mine.PathOf(Key("a"))));
        bed.Clock.Advance(TimeSpan.FromMinutes(2.2));
        Assert.NotNull(Add(theirs, "b", 600));
        Assert.False(Use(mine, "a"));
    }

    [Fact]
    public void Find_PastItsTime_IsNothingAndSweepingDeletesIt()
    {
        using var store = bed.Store(o => o with { TimeToLive = TimeSpan.FromHours(24) });
        Add(store, "a", 10);
        bed.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.True(Use(store, "a"));
        bed.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(store.Find(Key("a"), "here"));
        store.Sweep(always: true, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(store.PathOf(Key("a"))));
        Assert.Equal((0, 0, 1), (store.Statistics().EntryCount, store.Statistics().TotalSize, store.Statistics().Expirations));
    }

    [Fact]
    public void Sweep_WhatWasUsedWhileTheClockWasAhead_MakesRoomAndEndsAsOthersDo()
    {
        static S3DownloadCacheOptions Two(S3DownloadCacheOptions options) => options with { MaximumEntries = 2, Lease = TimeSpan.FromMinutes(10), TimeToLive = TimeSpan.FromHours(1) };
        using (var ahead = bed.Store(Two, new ManualTimeProvider(bed.Clock.GetUtcNow() + TimeSpan.FromDays(400))))
        {
            foreach (var name in (string[])["a", "b"])
            {
                Add(ahead, name, 10);
                Assert.True(Use(ahead, name, lease: true));
            }
        }
        using var store = bed.Store(Two);
        Assert.Null(Add(store, "c", 10));
        store.Sweep(always: true, TestContext.Current.CancellationToken);
        // They are leased, from now on for as long as was promised.
        Assert.Null(Add(store, "c", 10));
        bed.Clock.Advance(TimeSpan.FromMinutes(12.5));
        Assert.NotNull(Add(store, "c", 10));
        Assert.Single((string[])["a", "b"], name => store.Find(Key(name), "here") is not null);
        bed.Clock.Advance(TimeSpan.FromHours(1));
        Assert.DoesNotContain((string[])["a", "b"], name => store.Find(Key(name), "here") is not null);
    }

    [Fact]
    public void Find_FromAnotherServer_IsNothing()
    {
        using var store = bed.Store();
        Add(store, "a", 10);
        Assert.Null(store.Find(Key("a"), "there"));
    }

    [Fact]
    public void Sweep_FilesWithoutAnEntry_AreDeletedAndOthersLeftAlone()
    {
        using var store = bed.Store();
        Add(store, "a", 10);
        var orphan = store.PathOf(Key("orphan"));
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        File.WriteAllText(orphan, "left over");
        File.WriteAllText($"{orphan}.0123.part", "of a process that is gone");
        var foreign = Path.Combine(Path.GetDirectoryName(orphan)!, "README");
        File.WriteAllText(foreign, "not ours");
        store.Sweep(always: true, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(orphan) || File.Exists($"{orphan}.0123.part"));
        Assert.True(File.Exists(foreign) && Use(store, "a"));
    }

    // A process that is killed between the deletion of a file and that of its entry leaves this.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sweep_EntryWithoutAFile_GoesAndIsNoDamage(bool folder)
    {
        using var store = bed.Store();
        Add(store, "a", 10);
        Add(store, "b", 10);
        if (folder) Directory.Delete(Path.GetDirectoryName(store.PathOf(Key("a")))!, recursive: true);
        else File.Delete(store.PathOf(Key("a")));
        store.Sweep(always: true, TestContext.Current.CancellationToken);
        Assert.Equal((1, 10), (store.Statistics().EntryCount, store.Statistics().TotalSize));
        File.Delete(store.PathOf(Key("b")));
        Assert.Empty(store.Verify(TestContext.Current.CancellationToken));
        Assert.Equal(0, store.Statistics().EntryCount);
    }

    [Fact]
    public void Sweep_IndexReplacedMeanwhile_DeletesNothing()
    {
        using var old = bed.Store(o => o with { MaximumBytes = 100, TimeToLive = TimeSpan.FromHours(1) });
        var known = Add(old, "a", 50)!;
        foreach (var file in Directory.GetFiles(bed.Root, "index.db*")) File.Move(file, file.Replace("index.db", "index.db.damaged-1", StringComparison.Ordinal));
        using var fresh = bed.Store();
        Add(fresh, "a", 80);
        Add(fresh, "b", 80);
        bed.Clock.Advance(TimeSpan.FromHours(2));
        Assert.False(old.Sweep(always: true, TestContext.Current.CancellationToken));
        Assert.Throws<IOException>(() => old.Remove(known));
        Assert.Throws<IOException>(() => old.Remove(known.Key));
        Assert.Throws<IOException>(() => old.Clear());
        Assert.True(old.TryBegin(Key("c")));
        Assert.Throws<IOException>(() => old.Reserve(Key("c"), 100));
        Assert.True(Use(fresh, "a") && Use(fresh, "b"));
        Assert.Equal(2, fresh.Statistics().EntryCount);
    }

    [Fact]
    public void Sweep_BoundsLowered_ComesDownToThem()
    {
        using (var large = bed.Store())
            foreach (var name in (string[])["a", "b", "c"]) Add(large, name, 100);
        using var small = bed.Store(o => o with { MaximumBytes = 250 });
        small.Sweep(always: true, TestContext.Current.CancellationToken);
        Assert.False(Use(small, "a"));
        Assert.True(Use(small, "b") && Use(small, "c"));
    }

    [Fact]
    public void TryBegin_WhileAnotherIsUnderWay_IsFalseUntilItsOwnerIsGone()
    {
        using var mine = bed.Store();
        var theirs = bed.Store();
        Assert.True(theirs.TryBegin(Key("a")) && theirs.Reserve(Key("a"), 100));
        Assert.False(mine.TryBegin(Key("a")));
        Assert.True(mine.IsUnderWay(Key("a")));
        theirs.Dispose();
        Assert.False(mine.IsUnderWay(Key("a")));
        Assert.True(mine.TryBegin(Key("a")));
        Assert.Equal(0, mine.Statistics().TotalSize);
    }

    [Fact]
    public void HandOut_FileChangedOnDisk_IsRefusedOnlyWhenItsBytesDiffer()
    {
        using var store = bed.Store();
        Add(store, "a", 100);
        File.SetLastWriteTimeUtc(store.PathOf(Key("a")), new DateTime(2020, 1, 1));
        Assert.True(Use(store, "a"));
        File.WriteAllBytes(store.PathOf(Key("a")), [.. new byte[99], 1]);
        Assert.False(Use(store, "a"));
        Assert.Contains("s3://media/a", Assert.Single(bed.Log.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, store.Statistics().EntryCount);
    }

    [Fact]
    public void Verify_DamagedFile_IsDeletedAndNamed()
    {
        using var store = bed.Store();
        var row = Add(store, "a", 100)!;
        Add(store, "b", 100);
        File.WriteAllBytes(store.PathOf(row.Key), [.. new byte[99], 1]);
        File.SetLastWriteTimeUtc(store.PathOf(row.Key), new DateTime(row.Stamp, DateTimeKind.Utc));
        Assert.Equal("s3://media/a", Assert.Single(store.Verify(TestContext.Current.CancellationToken)).S3Url);
        Assert.Equal("s3://media/b", Assert.Single(store.Entries($"SELECT {DownloadIndex.Columns} FROM entries")).S3Url);
    }

    [Fact]
    public void Entry_AfterUses_TellsWhatRowMet08Names()
    {
        using var store = bed.Store();
        var row = Add(store, "a", 100)!;
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(Use(store, "a"));
        store.Flush();
        var entry = Assert.Single(store.Entries($"SELECT {DownloadIndex.Columns} FROM entries"));
        Assert.Equal((row.Key, "s3://media/a", store.PathOf(row.Key), 100, 1), (entry.Key, entry.S3Url, entry.FilePath, entry.Size, entry.HitCount));
        Assert.Equal(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(Math.Round((entry.LastAccessedAt - entry.CreatedAt).TotalMinutes, 3)));
    }

    [Fact]
    public void Statistics_HitsAndMisses_SurviveTheProcess()
    {
        using (var store = bed.Store())
        {
            var row = Add(store, "a", 100)!;
            store.Note(row.Key, 100, 100, hit: false);
            for (var i = 0; i < 3; i++) Use(store, "a");
        }
        using var later = bed.Store();
        var stats = later.Statistics();
        Assert.Equal((3, 1, 0.75, 300, 100), (stats.Hits, stats.Misses, stats.HitRate, stats.SavedBytes, stats.FetchedBytes));
        Assert.Equal("s3://media/a", Assert.Single(stats.MostUsed).S3Url);
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();
}
