using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Sqlite;
using Sluice.Core.Tags;
using Sluice.TestKit.Origins;

namespace Sluice.Core.Tests.Objects;

/// <summary>What was purged while somebody reads it is not there after a crash, though its bytes are until the reader is done.</summary>
public sealed class PurgeWhileReadTests : GoingBackTestBase
{
    private const string Target = "/a";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Purged_WhileRead_IsGoneAfterACrash(bool isFromEarlierRun)
    {
        var cache = await OpenAsync();
        await StoreAsync(cache, "/kept");
        var stored = await StoreAsync(cache, Target);
        if (isFromEarlierRun)
        {
            await cache.DisposeAsync();
            cache = await OpenAsync();
            stored = Find(cache, Target)!;
        }

        Assert.True(stored.TryHold());
        await cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, Target), Cancellation);

        await CheckCrashAsync(1);
        Assert.Equal(Body(Target, 1), await ReadAsync(stored));
        stored.Release();
        await cache.Disk!.FlushAsync();
        Assert.Equal((1, (long)Length), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Disk!.Value.Bytes));
        await CheckCrashAsync(1);
        await cache.DisposeAsync();
    }

    [Fact]
    public async Task Purged_WhileItArrives_LeavesNothingInTheIndex()
    {
        await using var cache = await OpenAsync();
        await StoreAsync(cache, "/kept");
        var former = await StoreAsync(cache, Target);
        Assert.True(former.TryHold());
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arriving = cache.Prepare(cache.Scope("s"), Target, MetadataOf(Target, 2));
        arriving.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = arriving.Metadata.Version, Body = new GatedBody(Body(Target, 2), gate.Task), BodyLength = Length }, 0, Length, new FillSource(new NoOrigin(), new OriginRequest { Path = Target }), background: true);
        cache.Publish(arriving, cache.Fence);
        Assert.Same(former, arriving.Former);
        while (!arriving.Holds(0, Chunk)) await Task.Yield();
        await cache.Disk!.FlushAsync();
        Assert.True(arriving.TryHold());

        await cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, "tag of " + Target), Cancellation);
        // A chunk that was on its way meanwhile.
        Assert.True(await cache.Disk.WriteAsync(arriving.Disk!, 1, Body(Target, 2).AsMemory(Chunk), Cancellation));
        await cache.Disk.FlushAsync();
        await CheckCrashAsync(1);
        gate.SetResult();
        await FinishAsync(cache, arriving);

        await CheckCrashAsync(1);
        Assert.Equal(Body(Target, 1), await ReadAsync(former));
        former.Release();
        arriving.Release();
        await cache.Disk!.FlushAsync();
        Assert.Equal((1, (long)Length), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Disk!.Value.Bytes));
    }

    /// <summary>What a process that was killed now would leave, as the next one finds it.</summary>
    private async Task CheckCrashAsync(int objects)
    {
        var copy = Path.Combine(Root, "copy" + Guid.NewGuid().ToString("N"));
        foreach (var file in Directory.GetFiles(Disk().Directory, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(Disk().Directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var into = File.Create(to);
            from.CopyTo(into);
        }

        await using (var after = await OpenAsync(disk: Disk() with { Directory = copy }))
        {
            Assert.Empty(after.Scope("s").FindStored(Target));
            Assert.NotNull(Find(after, "/kept"));
            Assert.Equal((objects, (long)objects * Length), (after.GetStatistics().Disk!.Value.Objects, after.GetStatistics().Disk!.Value.Bytes));
        }

        using var index = SqliteDatabase.Open(Path.Combine(copy, "index.db"));
        Assert.Equal(objects * 2, index.ReadInteger("SELECT count(*) FROM chunks"));
    }

    /// <summary>Its first chunk comes at once, the rest when it may.</summary>
    private sealed class GatedBody(byte[] bytes, Task gate) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= Chunk) await gate;
            return await base.ReadAsync(Position < Chunk ? buffer[..(int)Math.Min(buffer.Length, Chunk - Position)] : buffer, cancellationToken);
        }
    }
}
