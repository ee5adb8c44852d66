using System.Buffers.Binary;
using Sluice.Core.Disk;
using Sluice.Core.Sqlite;

namespace Sluice.Core.Tests.Disk;

public sealed class DiskTierDamageTests : DiskTierTestBase
{
    private string IndexPath => Path.Combine(Root, "cache", "index.db");

    [Fact]
    public async Task Read_DamagedChunk_IsDroppedCountedAndTakenAgain()
    {
        var body = Body("a", 3 * Chunk);
        await using (var first = Open()) await StoreAsync(first, "a", 3 * Chunk);
        await FlipAsync(Assert.Single(BodyFiles()), Chunk + 7);
        var (tier, objects) = await OpenLoadedAsync();
        await using (tier)
        {
            var target = objects[0];
            Assert.False(await tier.ReadAsync(target, 1, 100, new byte[10], Cancellation));
            Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(target.Has));
            Assert.Equal(1, tier.GetStatistics().DamagedChunks);
            Assert.Contains(Log.Warnings, line => line.StartsWith("ChunkDamaged", StringComparison.Ordinal));
            Assert.False(target.IsComplete);
            await tier.FlushAsync();
            var (copy, copied) = await OpenLoadedAsync(Options() with { Directory = CopyCache() });
            await using (copy) Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(copied[0].Has));

            Assert.True(await tier.WriteAsync(target, 1, body.AsMemory(Chunk, Chunk), Cancellation));
            Assert.Equal(body, await ReadAsync(tier, target));
            // The place in the file was counted all the time, and once.
            Assert.Equal(3 * Chunk, tier.GetStatistics().Bytes);
        }
    }

    [Fact]
    public async Task Read_TruncatedFile_IsAMissForWhatIsGone()
    {
        await using (var first = Open()) await StoreAsync(first, "a", 2 * Chunk);
        await using (var file = File.OpenWrite(Assert.Single(BodyFiles()))) file.SetLength(Chunk + 1);
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.True(await tier.ReadAsync(objects[0], 0, 0, new byte[Chunk], Cancellation));
        Assert.False(await tier.ReadAsync(objects[0], 1, 0, new byte[Chunk], Cancellation));
        Assert.Equal(1, tier.GetStatistics().DamagedChunks);
    }

    [Fact]
    public async Task Open_IndexIsNotADatabase_IsMovedAsideAndTheBodiesAreSwept()
    {
        await using (var first = Open()) await StoreAsync(first, "a", Chunk);
        await File.WriteAllBytesAsync(IndexPath, Body("junk", 9000), Cancellation);
        File.SetLastWriteTimeUtc(Assert.Single(BodyFiles()), DateTime.UnixEpoch.AddYears(50));
        await OpensEmptyAsync();
        Assert.True(File.Exists(IndexPath + ".damaged-1"));

        await File.WriteAllBytesAsync(IndexPath, Body("junk", 9000), Cancellation);
        await OpensEmptyAsync();
        Assert.True(File.Exists(IndexPath + ".damaged-2"));
    }

    [Fact]
    public async Task Open_AnotherProgramsDatabase_IsMovedAside()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(IndexPath)!);
        using (var other = SqliteDatabase.Open(IndexPath)) other.Execute("CREATE TABLE t (x)");
        await OpensEmptyAsync();
        Assert.True(File.Exists(IndexPath + ".damaged-1"));
    }

    [Fact]
    public async Task Open_TableMissing_IsMovedAside()
    {
        await Open().DisposeAsync();
        using (var index = SqliteDatabase.Open(IndexPath)) index.Execute("DROP TABLE chunks");
        await OpensEmptyAsync();
        Assert.True(File.Exists(IndexPath + ".damaged-1"));
    }

    [Fact]
    public async Task Load_DamageInTheMiddleOfTheIndex_GoesOnAndTheNextStartMovesItAside()
    {
        await using (var first = Open())
            for (var i = 0; i < 300; i++) await StoreAsync(first, "key" + i, 10);
        var size = new FileInfo(IndexPath).Length;
        await using (var file = File.OpenWrite(IndexPath))
        {
            // All but the first pages, which hold the schema and the totals.
            file.Position = 6 * 4096;
            await file.WriteAsync(Body("junk", (int)(size - file.Position)), Cancellation);
        }
        var (tier, objects) = await OpenLoadedAsync();
        await using (tier)
        {
            Assert.InRange(objects.Count, 0, 299);
            foreach (var target in objects) await ReadAsync(tier, target);
            tier.Find("key7");
        }
        await OpensEmptyAsync(swept: false);
        Assert.True(File.Exists(IndexPath + ".damaged-1"));
    }

    [Fact]
    public async Task Open_IndexOfANewerVersion_IsRefusedAndLeftAlone()
    {
        await using (var first = Open()) await StoreAsync(first, "a", 10);
        using (var index = SqliteDatabase.Open(IndexPath)) index.Execute("PRAGMA user_version = 2");
        var before = BodyFiles();
        var failure = Assert.Throws<IOException>(() => Open());
        Assert.Contains("newer version", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, BodyFiles());
        using (var index = SqliteDatabase.Open(IndexPath))
        {
            Assert.Equal(1, index.ReadInteger("SELECT count(*) FROM objects"));
            index.Execute("PRAGMA user_version = 1");
        }
        // And the lock was let go.
        await Open().DisposeAsync();
    }

    [Fact]
    public async Task Open_AnotherChunkSize_EmptiesTheCache()
    {
        await using (var first = Open()) await StoreAsync(first, "a", Chunk);
        File.SetLastWriteTimeUtc(Assert.Single(BodyFiles()), DateTime.UnixEpoch.AddYears(50));
        var (tier, objects) = await OpenLoadedAsync(Options() with { ChunkSize = 2 * Chunk });
        await using var _ = tier;
        Assert.Empty(objects);
        Assert.Empty(BodyFiles());
        Assert.Equal(0, tier.GetStatistics().Bytes);
        Assert.Contains(Log.Warnings, line => line.StartsWith("Emptied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Load_DamagedMetadata_IsNotLoaded()
    {
        await using (var first = Open())
        {
            await StoreAsync(first, "a", 10);
            await StoreAsync(first, "b", 10);
            await StoreAsync(first, "c", 10);
        }
        using (var index = SqliteDatabase.Open(IndexPath))
        {
            index.Execute("UPDATE objects SET metadata = x'0102030405060708' WHERE key = 'a'");
            index.Execute("UPDATE objects SET name = x'01' WHERE key = 'b'");
        }
        await using var tier = Open();
        Assert.Empty(tier.Find("a"));
        var objects = new List<DiskObject>();
        await tier.LoadAsync(objects.Add, Cancellation);
        var read = new List<string>();
        foreach (var target in objects)
            if (await ReadAsync(tier, target) is not null) read.Add(target.Key);
        Assert.Equal(["c"], read);
    }

    [Theory]
    [InlineData(-9)]
    [InlineData(9)]
    public async Task Find_RowThatSaysAnotherLength_IsAMiss(int more)
    {
        await using (var first = Open()) await StoreAsync(first, "a", 2 * Chunk);
        using (var index = SqliteDatabase.Open(IndexPath)) index.Execute($"UPDATE objects SET length = length + {more}, bytes = bytes + {more}");
        await using var tier = Open();
        Assert.Empty(tier.Find("a"));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(2_000_000_000)]
    public async Task Load_TotalsThatMakeNoSense_AreNotBelieved(int totals)
    {
        await using (var first = Open()) await StoreAsync(first, "a", 10);
        using (var index = SqliteDatabase.Open(IndexPath)) index.Execute($"UPDATE settings SET objects = {totals}, bytes = -5");
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.Equal("a", Assert.Single(objects).Key);
        Assert.InRange(tier.GetStatistics().Bytes, 0, 100_000);
    }

    [Fact]
    public async Task Open_TotalsCannotBeRead_IsMovedAside()
    {
        await using (var first = Open()) await StoreAsync(first, "a", 10);
        // The number of objects, after the chunk size, takes more bytes than its row has.
        await PatchAsync("settings", page => page[BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(8)) + 4] = 6);
        await OpensEmptyAsync();
        Assert.True(File.Exists(IndexPath + ".damaged-1"));
    }

    [Fact]
    public async Task Read_ChunkRowThatMakesNoSense_IsAMissAtMost()
    {
        await using (var first = Open()) await StoreAsync(first, "a", 2 * Chunk);
        // Its number is NULL, which no statement of ours writes.
        await PatchAsync("chunks", page => page[BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(8)) + 3] = 0);
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.True(await tier.ReadAsync(objects[0], 1, 0, new byte[Chunk], Cancellation));
        var read = new byte[Chunk];
        if (await tier.ReadAsync(objects[0], 0, 0, read, Cancellation)) Assert.Equal(Body("a", 2 * Chunk)[..Chunk], read);
    }

    [Fact]
    public async Task Open_DirectoryInUse_IsRefused()
    {
        await using var first = Open();
        Assert.Contains("in use by another", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file/cache")]
    [InlineData("/proc/sluice")]
    public void Open_DirectoryThatCannotBe_SaysWhatToDo(string directory)
    {
        File.WriteAllText(Path.Combine(Root, "file"), "");
        var failure = Assert.Throws<IOException>(() => Open(Options() with { Directory = Path.Combine(Root, directory) }));
        Assert.Contains("choose another cache directory", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Read_FileThatCannotBeOpened_IsAMissAndNoChunkAnyMore()
    {
        await using (var first = Open()) await StoreAsync(first, "a", Chunk);
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        var target = Assert.Single(objects);
        File.Delete(BodyFile(target));
        Directory.CreateDirectory(BodyFile(target));
        Assert.Null(await ReadAsync(tier, target));
        // Who reads asks for what is held until it has it: that would go on for ever.
        Assert.False(target.Has(0));
        Directory.Delete(BodyFile(target));
        Assert.StartsWith("ReadFailed", Assert.Single(Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LockCannotBeWritten_SaysWhatToDo()
    {
        Directory.CreateDirectory(Path.Combine(Root, "cache", "lock"));
        Assert.Contains("cannot be written", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    private async Task OpensEmptyAsync(bool swept = true)
    {
        foreach (var file in BodyFiles()) File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50));
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.Empty(objects);
        Assert.Empty(BodyFiles());
        Assert.Contains(Log.Warnings, line => line.StartsWith("IndexDamaged", StringComparison.Ordinal));
        var target = await StoreAsync(tier, "new", 10);
        Assert.Equal(Body("new", 10), await ReadAsync(tier, target));
        if (swept) tier.Remove(target);
    }

    /// <summary>Changes the first page of a table or index.</summary>
    private async Task PatchAsync(string name, Action<byte[]> change)
    {
        long at;
        using (var index = SqliteDatabase.Open(IndexPath)) at = (index.ReadInteger($"SELECT rootpage FROM sqlite_master WHERE name = '{name}'") - 1) * 4096;
        await using var file = new FileStream(IndexPath, FileMode.Open, FileAccess.ReadWrite);
        var page = new byte[4096];
        file.Position = at;
        await file.ReadExactlyAsync(page, Cancellation);
        change(page);
        file.Position = at;
        await file.WriteAsync(page, Cancellation);
    }

    private static async Task FlipAsync(string path, long at)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }
}
