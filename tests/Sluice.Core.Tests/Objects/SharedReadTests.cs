using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

/// <summary>Several readers of one chunk that is on its way from disk: one reads, the others wait for it and use nothing meanwhile.</summary>
public sealed class SharedReadTests : GoingBackTestBase
{
    [Fact]
    public async Task Read_WhileAnotherReadsTheSameFromDisk_WaitsWithoutLookingAgainAndAgain()
    {
        await using (var first = await OpenAsync()) await StoreAsync(first, "/a");
        await using var cache = await OpenAsync(memory: 1 << 20);
        var stored = Find(cache, "/a")!;
        using BodyReader one = stored.Open(0, Length, null), other = stored.Open(0, Length, null);
        Task<BodyPiece> reading, waiting;
        using (new SlowOpening(cache.Disk!.BodyOf(stored.Disk!)))
        {
            reading = await BeginAsync(one);
            waiting = await BeginAsync(other);

            Assert.False(reading.IsCompleted);
            Assert.False(waiting.IsCompleted);
        }

        foreach (var read in new[] { reading, waiting })
        {
            using var piece = await read;
            Assert.Equal(Body("/a", 1).AsSpan(0, Chunk), piece.Span);
        }
    }

    /// <summary>The read, once its first part has ended at a wait.</summary>
    private static async Task<Task<BodyPiece>> BeginAsync(BodyReader reader) =>
        await Task.Factory.StartNew(() => reader.ReadAsync(Cancellation).AsTask(), Cancellation, TaskCreationOptions.None, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

    /// <summary>A disk that takes its time: until this is disposed the body's file does not open.</summary>
    private sealed class SlowOpening : IDisposable
    {
        private readonly ManualResetEventSlim held = new(), over = new();
        private readonly Thread thread;

        public SlowOpening(object body)
        {
            thread = new(() =>
            {
                lock (body)
                {
                    held.Set();
                    over.Wait();
                }
            });
            thread.Start();
            held.Wait();
        }

        public void Dispose()
        {
            over.Set();
            thread.Join();
            held.Dispose();
            over.Dispose();
        }
    }
}
