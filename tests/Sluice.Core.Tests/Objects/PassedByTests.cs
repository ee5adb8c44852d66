using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>A body that no tier has room for, and that cannot be asked for by range.</summary>
public sealed class PassedByTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IsServable_OnceItsBeginningIsGone_IsFalse(bool isLengthKnown)
    {
        await using var cache = ObjectCache.Open(new() { MemoryBytes = 0 }, new ManualTimeProvider(), NullLoggerFactory.Instance);
        var bytes = new byte[4 * cache.ChunkSize];
        var body = new HaltingStream(bytes);
        var metadata = BodyMetadata.Of(null, isLengthKnown ? bytes.Length + 1 : null);
        var source = new FillSource(null!, new OriginRequest { Path = "/a" });
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        using var reader = stored.Open(0, metadata.Version.Length ?? long.MaxValue, source);
        stored.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = body }, 0, metadata.Version.Length, source, reader);
        cache.Publish(stored, cache.Fence);
        Assert.True(stored.IsServable);

        // What was brought is held for it until it has passed, and then looked at when the next chunk is here.
        while (reader.Position < bytes.Length / 2) (await reader.ReadAsync(Cancellation)).Dispose();
        body.Half.SetResult();

        Assert.True(await Eventually.HoldsAsync(() => !stored.IsServable, TimeSpan.FromSeconds(60)));
        Assert.True(stored.IsFilling);
    }

    /// <summary>Waits at its half, and never ends.</summary>
    private sealed class HaltingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public TaskCompletionSource Half { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length / 2) await Half.Task.WaitAsync(cancellationToken);
            if (Position == Length) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
