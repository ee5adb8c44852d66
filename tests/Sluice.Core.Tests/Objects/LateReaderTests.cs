using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>A body that cannot be asked for again is given up with its last reader, just as another one opens it.</summary>
public sealed class LateReaderTests : IAsyncDisposable
{
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 16 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    // He had what was held of it, and was cut off there. Who has no byte yet can be given another answer.
    [Fact]
    public async Task Read_OfWhatWasGivenUpSinceItWasLookedAt_FailsBeforeItsFirstByte()
    {
        var stored = Begin(long.MaxValue, out var last);
        Assert.True(stored.TryHold());
        while (last.Position < 2 * cache.ChunkSize) (await last.ReadAsync(Cancellation)).Dispose();
        Assert.True(stored.IsServable);

        last.Dispose();
        using var late = stored.Open(0, long.MaxValue, stored.Source);

        await Assert.ThrowsAsync<ObjectChangedException>(() => late.ReadToEndAsync(Cancellation));
        Assert.Equal(0, late.Position);
        stored.Release();
    }

    [Fact]
    public async Task IsServable_OfWhatNobodyWantedMoreOf_IsFalse()
    {
        var body = new HaltingStream(cache.ChunkSize);
        var stored = Begin(cache.ChunkSize, out var only, body);
        using (only)
        {
            await only.ReadToEndAsync(Cancellation);
            await body.Closing.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

            Assert.False(stored.IsServable);
            body.Closed.SetResult();
        }
    }

    [Fact]
    public async Task Read_BesideTheOneWhoLeaves_HasAllOfIt()
    {
        var body = new HaltingStream(cache.ChunkSize);
        var stored = Begin(long.MaxValue, out var first, body);
        while (first.Position < 2 * cache.ChunkSize) (await first.ReadAsync(Cancellation)).Dispose();
        using var other = stored.Open(0, long.MaxValue, stored.Source);

        first.Dispose();
        body.End.SetResult();
        await other.ReadToEndAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(2 * cache.ChunkSize, other.Position);
    }

    private CachedObject Begin(long end, out BodyReader reader, HaltingStream? body = null)
    {
        var metadata = BodyMetadata.Of("W/\"v\"");
        var source = new FillSource(null!, new OriginRequest { Path = "/a" });
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        reader = stored.Open(0, end, source);
        stored.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = body ?? new HaltingStream(cache.ChunkSize) }, 0, null, source, reader);
        cache.Publish(stored, cache.Fence);
        return stored;
    }

    /// <summary>Two chunks; it ends, and is closed, when it is told to.</summary>
    private sealed class HaltingStream(int chunkSize) : MemoryStream(new byte[2 * chunkSize])
    {
        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Closing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length) await End.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }

        public override async ValueTask DisposeAsync()
        {
            Closing.TrySetResult();
            if (!End.Task.IsCompleted && Position < Length) await Closed.Task;
            await base.DisposeAsync();
        }
    }
}
