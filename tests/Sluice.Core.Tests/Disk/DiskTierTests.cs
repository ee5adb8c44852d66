using System.Runtime.Versioning;
using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

public sealed class DiskTierTests : DiskTierTestBase
{
    [Theory]
    [InlineData(1)]
    [InlineData(Chunk)]
    [InlineData((3 * Chunk) + 17)]
    public async Task Read_WhatWasWritten_GivesTheSameBytes(int length)
    {
        await using var tier = Open();
        var target = await StoreAsync(tier, "a", length);
        Assert.Equal(Body("a", length), await ReadAsync(tier, target));
        Assert.True(target.IsComplete);
        Assert.Equal((length + Chunk - 1) / Chunk, target.ChunkCount);
        Assert.Equal(length, target.Bytes);
        Assert.Equal(length, tier.GetStatistics().Bytes);
        Assert.Equal(1, tier.GetStatistics().Objects);
        Assert.Equal(Body("a", length), await File.ReadAllBytesAsync(BodyFile(target), Cancellation));
    }

    // What is in it was fetched with this user's credentials.
    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Open_NewDirectory_LetsNobodyElseIn()
    {
        var options = Options();

        await using var tier = Open(options);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(options.Directory));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Open_DirectoryThatIsThere_LeavesItsPermissions()
    {
        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        var options = Options();
        Directory.CreateDirectory(options.Directory, Shared);

        await using var tier = Open(options);

        Assert.Equal(Shared, File.GetUnixFileMode(options.Directory));
    }

    [Fact]
    public async Task Read_PartOfAChunk_GivesThatPart()
    {
        await using var tier = Open();
        var target = await StoreAsync(tier, "a", 3 * Chunk);
        var part = new byte[100];
        for (var twice = 0; twice < 2; twice++)
        {
            part.AsSpan().Clear();
            Assert.True(await tier.ReadAsync(target, 1, 50, part, Cancellation));
            Assert.Equal(Body("a", 3 * Chunk)[(Chunk + 50)..(Chunk + 150)], part);
        }
    }

    [Fact]
    public async Task Read_BeyondTheChunk_IsTheCallersMistake()
    {
        await using var tier = Open();
        var target = await StoreAsync(tier, "a", Chunk + 10);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await tier.ReadAsync(target, 1, 5, new byte[6], Cancellation));
    }

    [Fact]
    public async Task Write_ChunksOutOfOrder_LeavesGapsThatAreNotHeld()
    {
        await using var tier = Open();
        var target = tier.Create("a", Metadata(5 * Chunk));
        var body = Body("a", 5 * Chunk);
        Assert.True(await tier.WriteAsync(target, 4, body.AsMemory(4 * Chunk), Cancellation));
        Assert.True(await tier.WriteAsync(target, 1, body.AsMemory(Chunk, Chunk), Cancellation));
        Assert.Equal([false, true, false, false, true], Enumerable.Range(0, 5).Select(target.Has));
        Assert.False(await tier.ReadAsync(target, 0, 0, new byte[1], Cancellation));
        Assert.Equal(2 * Chunk, tier.GetStatistics().Bytes);
        Assert.False(target.Has(-1) || target.Has(5) || target.Has(int.MaxValue));
    }

    [Fact]
    public async Task Write_AChunkHeldAlready_IsTrueAndCountsOnce()
    {
        await using var tier = Open();
        var target = await StoreAsync(tier, "a", Chunk);
        Assert.True(await tier.WriteAsync(target, 0, new byte[Chunk], Cancellation));
        Assert.Equal(Body("a", Chunk), await ReadAsync(tier, target));
        Assert.Equal(Chunk, tier.GetStatistics().Bytes);
    }

    [Theory]
    [InlineData(0, Chunk - 1)]
    [InlineData(1, 9)]
    [InlineData(2, Chunk)]
    public async Task Write_NotAWholeChunk_IsTheCallersMistake(int chunk, int length)
    {
        await using var tier = Open();
        var target = tier.Create("a", Metadata(Chunk + 10));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await tier.WriteAsync(target, chunk, new byte[length], Cancellation));
    }

    [Fact]
    public async Task Write_LengthUnknown_ShortLastChunkIsReadWhenTheLengthIsKnown()
    {
        await using var tier = Open();
        var target = tier.Create("a", Metadata(null));
        var body = Body("a", Chunk + 10);
        Assert.True(await tier.WriteAsync(target, 0, body.AsMemory(0, Chunk), Cancellation));
        Assert.True(await tier.WriteAsync(target, 1, body.AsMemory(Chunk), Cancellation));
        Assert.False(target.IsComplete);
        tier.Update(target, Metadata(Chunk + 10));
        Assert.True(target.IsComplete);
        Assert.Equal(body, await ReadAsync(tier, target));
    }

    [Fact]
    public async Task Update_AnotherLength_IsRefused()
    {
        await using var tier = Open();
        var target = tier.Create("a", Metadata(10));
        Assert.Throws<ArgumentException>(() => tier.Update(target, Metadata(11)));
    }

    [Fact]
    public async Task Create_AlonePutsNothingOnDisk()
    {
        await using var tier = Open();
        tier.Create("a", Metadata(10));
        await tier.FlushAsync();
        Assert.Empty(BodyFiles());
        Assert.Empty(tier.Find("a"));
        Assert.Equal(0, tier.GetStatistics().Objects);
    }

    [Fact]
    public async Task Remove_StoredObject_TakesFileRowAndBytes()
    {
        await using var tier = Open();
        var evicted = 0;
        tier.Evicted = _ => evicted++;
        var target = await StoreAsync(tier, "a", 2 * Chunk);
        tier.Remove(target);
        tier.Remove(target);
        Assert.True(target.IsRemoved);
        Assert.False(target.Has(0));
        Assert.Empty(BodyFiles());
        Assert.Equal(0, tier.GetStatistics().Bytes);
        Assert.Equal(0, tier.GetStatistics().Objects);
        Assert.False(await tier.WriteAsync(target, 0, new byte[Chunk], Cancellation));
        Assert.False(await tier.ReadAsync(target, 0, 0, new byte[1], Cancellation));
        await tier.FlushAsync();
        Assert.Empty(tier.Find("a"));
        Assert.Equal(0, evicted);
    }

    [Fact]
    public async Task Remove_OneVersion_LeavesTheOther()
    {
        await using var tier = Open();
        var first = await StoreAsync(tier, "a", Chunk);
        var second = await StoreAsync(tier, "a", Chunk);
        tier.Remove(first);
        Assert.Equal(Body("a", Chunk), await ReadAsync(tier, second));
        await tier.FlushAsync();
        Assert.Same(second, Assert.Single(tier.Find("a")));
    }

    [Fact]
    public async Task Identity_OfTwoVersions_IsTheSame()
    {
        await using var tier = Open();
        Assert.Equal(tier.Create("a", Metadata(1)).Identity, tier.Create("a", Metadata(2)).Identity);
        Assert.NotEqual(tier.Create("a", Metadata(1)).Identity, tier.Create("b", Metadata(1)).Identity);
        Assert.NotEqual(tier.Create("a", Metadata(1)).Identity, tier.Create("a", Metadata(1) with { Vary = [new("accept", null)] }).Identity);
    }

    [Fact]
    public async Task Read_FileIsGone_DropsTheObjectAndTellsTheEngine()
    {
        await using (var first = Open()) await StoreAsync(first, "a", Chunk);
        File.Delete(Assert.Single(BodyFiles()));
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        var told = new List<DiskObject>();
        tier.Evicted = told.Add;
        var target = Assert.Single(objects);
        Assert.Null(await ReadAsync(tier, target));
        Assert.Same(target, Assert.Single(told));
        Assert.True(target.IsRemoved);
        Assert.Equal(0, tier.GetStatistics().Bytes);
        await tier.FlushAsync();
        Assert.Empty(tier.Find("a"));
    }

    [Fact]
    public async Task Index_WithoutFlush_IsCommittedAfterATenthOfASecond()
    {
        await using var tier = Open();
        var target = await StoreAsync(tier, "a", Chunk);
        Assert.Empty(tier.Find("a"));
        // The clock, and the delay of the writer, which begins on its own thread.
        while (Time.ActiveTimers < 2) await Task.Yield();
        Time.Advance(TimeSpan.FromMilliseconds(100));
        while (tier.Find("a").Count == 0) await Task.Yield();
        Assert.Same(target, tier.Find("a")[0]);
    }

    [Fact]
    public async Task Dispose_ReadsAndWritesThatComeLater_AnswerFalse()
    {
        var tier = Open();
        var target = await StoreAsync(tier, "a", 2 * Chunk);
        await tier.DisposeAsync();
        await tier.DisposeAsync();
        Assert.False(await tier.ReadAsync(target, 0, 0, new byte[1], Cancellation));
        Assert.False(await tier.WriteAsync(target, 0, new byte[Chunk], Cancellation));
        tier.Remove(target);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task Read_ManyMoreObjectsThanOpenFiles_ReadsThemAll()
    {
        await using var tier = Open();
        var targets = new List<DiskObject>();
        for (var i = 0; i < 700; i++) targets.Add(await StoreAsync(tier, "k" + i, 10));
        for (var i = 0; i < 700; i++) Assert.Equal(Body("k" + i, 10), await ReadAsync(tier, targets[i]));
        var open = targets.Count(target => target.Body!.Handle is { IsClosed: false });
        Assert.InRange(open, 100, 530);
    }
}
