using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Core.Flights;

/// <summary>One origin answer being written into one object, chunk by chunk, while any number of readers follow it.</summary>
internal sealed class Fill
{
    private const long NearlyDone = 1 << 20;

    /// <summary>How many chunks a reader waits for a fill to come along rather than ask for its own range.</summary>
    private const int Patience = 16;

    private const double SoonSeconds = 0.25;
    private const long SoonBytes = 16 << 20;
    private const long MeasuredBytes = 1 << 20;

    private readonly CachedObject target;
    private readonly ObjectCache cache;
    private readonly FillWindow window;
    private readonly CancellationTokenSource stop = new();
    private OriginResponse? response;
    private bool hasLetGo, isWhole;
    private readonly long began;
    private long position;
    private long end;

    public Fill(CachedObject target, ObjectCache cache, long first, long? end, FillSource source, OriginResponse? response = null)
    {
        (this.target, this.cache, Source, this.response) = (target, cache, source, response);
        (First, position, this.end, began) = (first, first, end ?? long.MaxValue, cache.Time.GetTimestamp());
        window = new FillWindow(target, cache, this);
    }

    public long First { get; }

    /// <summary>Whom it asks, and on whose behalf.</summary>
    public FillSource Source { get; }

    public long Position => Volatile.Read(ref position);

    public long End => Volatile.Read(ref end);

    public bool IsBackground { get; init; }

    /// <summary>True once it was given up: it may take a while to end, and brings nothing any more.</summary>
    public bool IsAbandoned => stop.IsCancellationRequested;

    public bool HasBroughtBytes { get; private set; }

    /// <summary>Why it ended early. Set once the object can no longer be found if it is of no use, so that who learns of it does not meet it again.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Which of the failures of its object it was, counted from 1; 0 for none, and for one that had brought nothing.</summary>
    public int FailureNumber { get; set; }

    private bool IsNearlyDone => End - Position <= NearlyDone || response?.IsNearlyDone?.Invoke() == true;

    public bool WillReach(int index, bool canFillGaps)
    {
        var current = Position / target.ChunkSize;
        if (stop.IsCancellationRequested || Failure is not null || current > index || (long)index * target.ChunkSize >= End) return false;
        return !canFillGaps || Volatile.Read(ref isWhole) || index - current <= Patience || IsSoonAt((long)index * target.ChunkSize);
    }

    /// <summary>True when it will be there sooner than another request would answer: asking again would only throw away what is on its way.</summary>
    private bool IsSoonAt(long offset)
    {
        var brought = Position - First;
        var seconds = cache.Time.GetElapsedTime(began).TotalSeconds;
        // Too early to tell how fast it is.
        if (brought < MeasuredBytes && seconds < 2 * SoonSeconds) return offset - First <= SoonBytes;
        return (offset - Position) * seconds / Math.Max(brought, 1) < SoonSeconds;
    }

    /// <summary>Another fill brings what lies from that chunk on.</summary>
    public void EndBefore(int index)
    {
        var limit = (long)index * target.ChunkSize;
        if (Position < limit && limit < End) Volatile.Write(ref end, limit);
    }

    public bool IsWanted(in Few<BodyReader> readers) =>
        IsBackground || IsNearlyDone || readers.Exists(reader => reader.End > Position && reader.Position < End);

    /// <summary>Nobody follows it any more. What hears of it runs elsewhere: a body that ends its read at once would end this fill within the lock of the one who calls.</summary>
    public void Abandon() => _ = stop.CancelAsync();

    public void Start() => _ = Task.Run(RunAsync);

    private async Task RunAsync()
    {
        cache.FillStarted();
        Exception? failed = null;
        try
        {
            response ??= await RequestAsync();
            await CopyAsync(response);
            // Before those who read it slowly have all of it: a place to make variants in, or a connection, is not theirs to keep.
            await LetGoAsync();
            await window.DrainAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Readers that came too late to save it start their own.
        }
        catch (ObjectChangedException changed)
        {
            failed = changed;
            ObjectCache.Remove(target);
        }
        catch (OriginException failure)
        {
            failed = failure;
        }
        catch (IOException failure)
        {
            failed = new OriginException(OriginFailure.Truncated, $"{Source.Origin.Name}: the answer broke off: {failure.Message}", failure);
        }
        catch (Exception failure)
        {
            // Whatever it is, those who wait must learn of it.
            failed = new OriginException(OriginFailure.Invalid, $"{Source.Origin.Name}: {failure.Message}", failure);
        }
        finally
        {
            try
            {
                await window.CloseAsync();
                await LetGoAsync();
            }
            finally
            {
                target.Ended(this, failed);
                cache.FillEnded();
                // Not disposed: a reader that leaves late may still cancel it.
            }
        }
    }

    private async ValueTask LetGoAsync()
    {
        if (response is null || hasLetGo) return;
        hasLetGo = true;
        await response.DisposeAsync();
    }

    private async Task<OriginResponse> RequestAsync()
    {
        var version = target.Metadata.Version;
        var whole = First == 0 && End == version.Length;
        var answer = await Source.Origin.FetchAsync(
            Source.Request with { Range = whole ? null : new ByteRange(First, End - 1), Require = version },
            stop.Token);
        var accepted = false;
        try
        {
            if (IsAnother(answer, target.Metadata)) throw new ObjectChangedException($"{target.Target}: the origin has another version now.");
            if (answer.Status is 200 or 206 && !Source.MayStore(answer))
                throw new ObjectChangedException($"{target.Target}: what the origin answers now is for one client alone.") { IsOneClients = true };
            if (answer.Status == 206 && answer.Range is { } range && range.Start == First) accepted = true;
            else if (answer.Status == 200)
            {
                // The origin ignored the range: its answer starts at the first byte, and asked again it would give the same.
                Volatile.Write(ref position, 0);
                Volatile.Write(ref isWhole, !whole);
                accepted = true;
            }

            if (answer.Status is 401 or 403)
                throw new OriginException(OriginFailure.Invalid, $"{Source.Origin.Name}: answered {answer.Status} for part of what is stored.") { Refusal = new(answer.Status, answer.Headers.Combined("WWW-Authenticate")) };
            if (!accepted) throw new OriginException(OriginFailure.Invalid, $"{Source.Origin.Name}: asked for bytes {First}-{End - 1}, answered {answer.Status}.");
            return answer;
        }
        finally
        {
            if (!accepted) await answer.DisposeAsync();
        }
    }

    /// <summary>True where nothing stored can be completed any more: another version, one that is gone, or something else in its place, such as a redirect.</summary>
    private static bool IsAnother(OriginResponse answer, ObjectMetadata held) => answer.Status switch
    {
        // The very tag, W/ included: of what has the weak one, or none, nothing proves that it is the same bytes (RFC 9110 section 15.3.7.3).
        200 or 206 => answer.Version.ETag != held.Version.ETag || IsOtherwise(answer, held),
        304 => false,
        (>= 201 and < 400) or 404 or 410 or 412 or 416 => true,
        _ => false,
    };

    /// <summary>True where a strong tag is not to be believed: servers that compress keep it for both forms, others name a path by it and not its bytes. A 206 may leave the coding out.</summary>
    private static bool IsOtherwise(OriginResponse answer, ObjectMetadata held) =>
        (answer.Version.Length is { } length && length != held.Length)
        || (answer.Headers.Combined("Content-Encoding") is { } coding && !coding.Equals(held.Headers.Combined("Content-Encoding"), StringComparison.OrdinalIgnoreCase));

    private async Task CopyAsync(OriginResponse answer)
    {
        while (Position < End)
        {
            var index = (int)(Position / target.ChunkSize);
            var size = await FillChunkAsync(answer.Body, index);
            if (size < 0) return;
            if (target.AbandonUnwanted(this)) return;
            await window.WaitAsync(stop.Token);
        }
    }

    /// <summary>Reads one chunk's bytes; -1 when the body ended with them.</summary>
    private async Task<int> FillChunkAsync(Stream body, int index)
    {
        var chunk = target.Begin(index);
        var start = (long)index * target.ChunkSize;
        var size = target.Metadata.Length is { } length ? (int)Math.Min(target.ChunkSize, length - start) : target.ChunkSize;
        var block = chunk?.Block ?? cache.Memory.Rent(size);
        var share = new FillShare(cache.Places);
        var kept = false;
        try
        {
            var filled = 0;
            while (filled < size)
            {
                var most = await share.MayReadAsync(size - filled, stop.Token);
                var count = await body.ReadAsync(block.Memory.Slice(filled, most), stop.Token);
                if (count == 0) break;
                filled += count;
                share.Note(count);
                if (chunk is not null) chunk.Filled = filled;
                HasBroughtBytes = true;
                Volatile.Write(ref position, start + filled);
                target.Progress.Pulse();
            }

            var ended = filled < size;
            if (ended)
            {
                if (target.Metadata.Length is not null)
                    throw new OriginException(OriginFailure.Truncated, $"{Source.Origin.Name}: the body ended after {start + filled} of {target.Metadata.Length} bytes.");
                // In this order: who knows the length finds every byte of it held.
                if (chunk is not null && filled > 0) chunk = target.Shrink(chunk, filled);
                target.SetLength(start + filled);
            }

            if (chunk is not null && filled > 0)
            {
                await window.AddAsync(chunk, share);
                kept = true;
            }

            return ended ? -1 : filled;
        }
        finally
        {
            if (!kept)
            {
                chunk?.Drop();
                share.Return();
            }

            if (chunk is null) block.Release();
        }
    }
}
