using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Sluice.Core.Background;
using Sluice.Core.KeyValue;

namespace Sluice.S3.PresignedUrls;

/// <summary>The namespace that keeps URLs beyond this process (row KV-04). It may be slow or failing: reads have a time limit, writes happen behind the answer, and after a failure it is left alone for a moment.</summary>
internal sealed class PresignStore : IAsyncDisposable
{
    /// <summary>Tag of every entry (row TAG-10).</summary>
    public const string EveryEntry = "presigned";

    private const int MostWaiting = 20_000;
    private const int AtOnce = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private sealed record Write(string Key, byte[] Value, DateTimeOffset Until, string[] Tags);

    private readonly IKeyValueStore store;
    private readonly TimeSpan timeout;
    private readonly PresignCounters counters;
    private readonly TimeProvider time;
    private readonly Channel<Write> waiting;
    private readonly Task writing;
    private long pauseUntil = long.MinValue;
    private long unwritten;

    public PresignStore(IKeyValueStore store, TimeSpan timeout, PresignCounters counters, TimeProvider time)
    {
        (this.store, this.timeout, this.counters, this.time) = (store, timeout, counters, time);
        waiting = Channel.CreateBounded<Write>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }, _ => Dropped());
        writing = Detached.Run(WriteAllAsync);
    }

    /// <summary>False for a moment after a failure.</summary>
    public bool IsAvailable => time.GetTimestamp() >= Volatile.Read(ref pauseUntil);

    /// <summary>Writes not done yet.</summary>
    public long Unwritten => Volatile.Read(ref unwritten);

    /// <summary>True for what stores throw, and for what is found damaged in them.</summary>
    public static bool IsFailure(Exception failure) => failure is IOException or TimeoutException or DbException or JsonException or InvalidOperationException;

    /// <summary>Tag of every URL of a path, whatever it allows.</summary>
    public static string TagOfPath(string path) => "path:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 16));

    /// <summary>The entry under a key; null when there is none.</summary>
    /// <exception cref="Exception">One of <see cref="IsFailure"/>: no answer in time, or a failure; it is counted.</exception>
    public async ValueTask<PresignStored?> GetAsync(string key, CancellationToken cancellation)
    {
        counters.Add(PresignCount.StoreReads);
        try
        {
            var asked = store.GetAsync(key, cancellation);
            var found = asked.IsCompletedSuccessfully ? asked.Result : await asked.AsTask().WaitAsync(timeout, time, cancellation);
            return found is null ? null : PresignStored.FromJson(found.Value.Span);
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            Failed(failure);
            throw;
        }
    }

    /// <summary>Stores an entry behind the caller's back.</summary>
    public void Set(string key, PresignStored entry, DateTimeOffset until, params string[] tags)
    {
        if (!IsAvailable)
        {
            counters.Add(PresignCount.StoreDropped);
            return;
        }
        Interlocked.Increment(ref unwritten);
        if (!waiting.Writer.TryWrite(new(key, entry.ToJson(), until, [EveryEntry, .. tags]))) Dropped();
    }

    /// <summary>Deletes every entry with a tag.</summary>
    public async Task<int> DeleteAsync(string tag, CancellationToken cancellation)
    {
        try
        {
            return await store.DeleteByTagAsync(tag, cancellation);
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            Failed(failure);
            throw;
        }
    }

    /// <summary>What the namespace holds; what it held last when it does not answer at once.</summary>
    public KeyValueUsage Usage()
    {
        try
        {
            var asked = store.GetUsageAsync();
            if (asked.IsCompletedSuccessfully) return last = asked.Result;
            asked.AsTask().ContinueWith(done => last = done.Result, CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            Failed(failure);
        }
        return last;
    }

    private KeyValueUsage last;

    /// <summary>Writes what is waiting, then lets go.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Task>(AtOnce);
        while (await waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < AtOnce && waiting.Reader.TryRead(out var write)) batch.Add(WriteAsync(write));
            await Task.WhenAll(batch);
        }
    }

    private async Task WriteAsync(Write write)
    {
        counters.Add(PresignCount.StoreWrites);
        try
        {
            await store.SetAsync(write.Key, write.Value, new(write.Until - time.GetUtcNow(), write.Tags));
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            Failed(failure);
        }
        finally
        {
            Interlocked.Decrement(ref unwritten);
        }
    }

    private void Dropped()
    {
        Interlocked.Decrement(ref unwritten);
        counters.Add(PresignCount.StoreDropped);
    }

    private void Failed(Exception failure)
    {
        var busy = failure.Message.Contains("locked", StringComparison.OrdinalIgnoreCase) || failure.Message.Contains("429", StringComparison.Ordinal);
        counters.Add(failure is TimeoutException ? PresignCount.StoreTimeouts : busy ? PresignCount.StoreBusy : PresignCount.StoreFailures);
        // A damaged entry says nothing about the others.
        if (failure is not JsonException) Volatile.Write(ref pauseUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
    }
}
