using Sluice.Core.Disk;
using Sluice.Core.Sqlite;

namespace Sluice.Core.Tests.Disk;

public sealed class DiskTierScaleTests(ITestOutputHelper output) : DiskTierTestBase
{
    [Fact]
    public async Task Open_HundredThousandObjects_AnswersBeforeTheIndexIsRead()
    {
        const int count = 100_000;
        await Open().DisposeAsync();
        Fill(count);
        var system = TimeProvider.System;
        var started = system.GetTimestamp();
        await using var tier = Open();
        var opened = system.GetElapsedTime(started);
        var found = Assert.Single(tier.Find("edge:/videos/77777.mp4"));
        Assert.True(found.Has(0));
        var first = system.GetElapsedTime(started);
        var before = GC.GetTotalMemory(true);
        var objects = new List<DiskObject>(count);
        started = system.GetTimestamp();
        await tier.LoadAsync(objects.Add, Cancellation);
        var load = system.GetElapsedTime(started);
        var each = (GC.GetTotalMemory(true) - before) / count;
        output.WriteLine($"open {opened.TotalMilliseconds:F0} ms, first object after {first.TotalMilliseconds:F0} ms, load {load.TotalMilliseconds:F0} ms, {each} bytes an object");
        Assert.Equal(count, objects.Count);
        Assert.Contains(found, objects);
        Assert.InRange(each, 0, 1500);
        // Times are only compared: opening reads nothing that grows with the number of objects.
        Assert.True(opened < load);
    }

    private void Fill(int count)
    {
        using var index = SqliteDatabase.Open(Path.Combine(Root, "cache", "index.db"));
        using var transaction = index.BeginTransaction();
        using var insert = index.Prepare("INSERT INTO objects VALUES ($id, $name, $identity, $key, $metadata, 4096, 1, 4096, $used)", "$id", "$name", "$identity", "$key", "$metadata", "$used");
        using var chunk = index.Prepare("INSERT INTO chunks VALUES ($id, 0, 1)", "$id");
        var metadata = ObjectMetadataFormat.Encode(Metadata(4096, "video", "video-derivative-mobile"));
        for (var id = 1; id <= count; id++)
        {
            var key = $"edge:/videos/{id}.mp4";
            object[] values = [id, BodyName.Create(key, [], out var identity).ToBytes(), (long)identity, key, metadata, id];
            for (var i = 0; i < values.Length; i++) insert.Parameters[i].Value = values[i];
            insert.ExecuteNonQuery();
            chunk.Parameters[0].Value = id;
            chunk.ExecuteNonQuery();
        }
        index.Execute($"UPDATE settings SET objects = {count}, bytes = {count * 4096L}");
        transaction.Commit();
    }

    [Fact]
    public async Task Read_Allocations_DoNotGrowWithTheBytesRead()
    {
        const int chunk = 256 << 10;
        await using var tier = Open(Options() with { ChunkSize = chunk });
        var target = tier.Create("a", Metadata(4 * chunk));
        for (var i = 0; i < 4; i++) Assert.True(await tier.WriteAsync(target, i, new byte[chunk], Cancellation));
        var buffer = new byte[chunk];
        async Task<long> AllocatedAsync(int bytes)
        {
            var before = GC.GetTotalAllocatedBytes(true);
            for (var i = 0; i < 400; i++) Assert.True(await tier.ReadAsync(target, i % 4, 0, buffer.AsMemory(0, bytes), Cancellation));
            return (GC.GetTotalAllocatedBytes(true) - before) / 400;
        }
        await AllocatedAsync(chunk);
        var (large, small) = (await AllocatedAsync(chunk), await AllocatedAsync(1));
        output.WriteLine($"{large} bytes allocated a read of 256 KiB, {small} of 1 byte");
        Assert.InRange(large, 0, 1024);
        Assert.InRange(small, 0, 1024);
    }

    [Fact]
    public async Task HasAndHit_Allocate_Nothing()
    {
        await using var tier = Open();
        var target = await StoreAsync(tier, "a", Chunk);
        tier.Hit(target);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            tier.Hit(target);
            target.Has(0);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
