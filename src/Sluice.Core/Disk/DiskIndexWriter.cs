using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Telemetry;

namespace Sluice.Core.Disk;

/// <summary>The one writer of the index: gathers changes and commits them together, every 100 ms or 1,000 changes, whichever comes first.</summary>
/// <remarks>Losing changes is never wrong, only a loss: a chunk without a row is not held, a row without a file is a miss. Still, what cannot be committed is kept and tried again.</remarks>
internal sealed class DiskIndexWriter : IAsyncDisposable
{
    private const int CommitAt = 1_000;
    private const int KeepAtMost = 50_000;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<IndexChange> queue = new();
    private readonly DiskIndex index;
    private readonly Action<IReadOnlyList<IndexChange>> committed;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly LogLimit limit;
    private readonly Lock gate = new();
    private readonly Task loop;
    private List<IndexChange> kept = [];
    private List<TaskCompletionSource> waiting = [];
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource urgent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int queued;
    private volatile bool stopping;

    /// <param name="index">The index to write to.</param>
    /// <param name="committed">Told what was committed, on the writer's thread.</param>
    /// <param name="time">For the delay between commits.</param>
    /// <param name="logger">For commits that fail.</param>
    public DiskIndexWriter(DiskIndex index, Action<IReadOnlyList<IndexChange>> committed, TimeProvider time, ILogger logger)
    {
        (this.index, this.committed, this.time, this.logger) = (index, committed, time, logger);
        limit = new LogLimit(time);
        loop = Task.Run(RunAsync);
    }

    /// <summary>Takes in a change; never waits.</summary>
    public void Add(in IndexChange change)
    {
        if (change.IsOfContent) change.Target.BeginChange();
        queue.Enqueue(change);
        var count = Interlocked.Increment(ref queued);
        if (count == 1) Volatile.Read(ref arrived).TrySetResult();
        if (count >= CommitAt) Volatile.Read(ref urgent).TrySetResult();
    }

    /// <summary>Completes when all changes taken in so far are committed.</summary>
    /// <exception cref="IOException">They could not be; they are kept and tried again.</exception>
    public Task FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (stopping) return Task.CompletedTask;
            waiting.Add(done);
            arrived.TrySetResult();
            urgent.TrySetResult();
        }
        return done.Task;
    }

    /// <summary>Commits what is left and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            stopping = true;
            arrived.TrySetResult();
            urgent.TrySetResult();
        }
        await loop;
    }

    private async Task RunAsync()
    {
        using var batch = new IndexBatch(index.Writer);
        while (true)
        {
            if (kept.Count == 0) await arrived.Task;
            await WaitToCommitAsync();
            List<TaskCompletionSource> flushes;
            bool last;
            lock (gate)
            {
                // New signals first, then the queue: a change that comes in between is seen by this round or wakes the next.
                (arrived, urgent) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
                (flushes, waiting) = (waiting, []);
                last = stopping;
            }
            Interlocked.Exchange(ref queued, 0);
            while (queue.TryDequeue(out var change)) kept.Add(change);
            var failure = Commit(batch);
            foreach (var done in flushes)
                if (failure is null) done.SetResult();
                else done.SetException(new IOException($"The cache index could not be written ({failure.Message}): what was purged is not served any more, but would be after a restart. Check free space and permissions of the cache directory, and try again.", failure));
            if (last) return;
        }
    }

    private async Task WaitToCommitAsync()
    {
        if (urgent.Task.IsCompleted) return;
        using var cancel = new CancellationTokenSource();
        await Task.WhenAny(urgent.Task, Task.Delay(Delay, time, cancel.Token));
        await cancel.CancelAsync();
    }

    private SqliteException? Commit(IndexBatch batch)
    {
        if (kept.Count == 0) return null;
        try
        {
            batch.Commit(kept);
        }
        catch (SqliteException failure)
        {
            if (Sqlite.SqliteDatabase.IsDamage(failure)) index.MarkDamaged();
            if (limit.Allows()) logger.LogError(DiskEvents.CommitFailed, failure, "The cache index could not be written; {Count} changes wait. Check free space and permissions of the cache directory", kept.Count);
            // Chunk rows and uses can be done without; deletions and metadata cannot.
            if (kept.Count > KeepAtMost) kept.RemoveAll(GivesUp);
            return failure;
        }
        var done = kept;
        kept = [];
        committed(done);
        return null;
    }

    private static bool GivesUp(IndexChange change)
    {
        if (change.Kind is not (IndexChangeKind.Chunk or IndexChangeKind.Use)) return false;
        if (change.IsOfContent) change.Target.EndChange();
        return true;
    }
}
