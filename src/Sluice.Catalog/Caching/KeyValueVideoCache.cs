using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;

namespace Sluice.Catalog.Caching;

/// <summary>
/// Copies of rows in a key-value store. Beside each key there may be a fence, a random word that every invalidation replaces before it deletes the copy.
/// A copy holds the fence that was in force before its row was read, and counts only while that is still the one in force. So a row that was read before
/// a change can be stored at any later moment without ever being found, whatever the order of readers and writers, and the store needs no conditional write.
/// </summary>
internal sealed class KeyValueVideoCache(IKeyValueStore copies, IKeyValueStore fences, CatalogMeter meter, TimeProvider time, ILogger logger) : IVideoCache
{
    /// <summary>How long the store may take; the database is the quicker way from there on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a fence outlives every copy made before it, and how long a read may take for its row to be kept.</summary>
    private static readonly TimeSpan FenceMargin = TimeSpan.FromMinutes(2), LongestRead = TimeSpan.FromMinutes(1);

    private long nextComplaint = long.MinValue;

    /// <summary>Longest life of a copy; fences live longer.</summary>
    public required TimeSpan LongestLife { get; init; }

    public async ValueTask<CacheLookup> GetAsync(Guid id, CancellationToken cancellation = default)
    {
        var (key, at, fence) = (VideoKeys.Metadata(id), time.GetTimestamp(), "");
        try
        {
            var copy = Within(copies.GetAsync(key, cancellation), cancellation);
            fence = FenceOf(await Within(fences.GetAsync(key, cancellation), cancellation));
            var video = await copy is { } entry && VideoJson.Read(entry.Value.Span) is var found && found.Fence == fence ? found.Video : null;
            meter.Operation("get", video is null ? "miss" : "hit");
            return new(video, fence, true, at);
        }
        catch (Exception e) when (IsOutage(e))
        {
            Complain(e, "get");
            return new(null, "", false, at);
        }
        catch (JsonException)
        {
            // Another version's, or nobody's: it is replaced.
            meter.Operation("get", "miss");
            return new(null, fence, true, at);
        }
    }

    public async ValueTask SetAsync(Video video, TimeSpan timeToLive, CacheLookup lookup, CancellationToken cancellation = default)
    {
        if (!lookup.IsReachable || time.GetElapsedTime(lookup.At) > LongestRead) return;
        try
        {
            var life = timeToLive < LongestLife ? timeToLive : LongestLife;
            await Within(copies.SetAsync(VideoKeys.Metadata(video.Id), VideoJson.Write(video, lookup.Fence), new KeyValueSettings(life), cancellation), cancellation);
            meter.Operation("set", "success");
        }
        catch (Exception e) when (IsOutage(e))
        {
            Complain(e, "set");
        }
    }

    public async ValueTask<bool> InvalidateAsync(Guid id, CancellationToken cancellation = default)
    {
        var key = VideoKeys.Metadata(id);
        try
        {
            // The fence first: between the two, a copy under the old fence is there and void.
            await FenceAsync(key, cancellation);
            await Within(copies.DeleteAsync(key, cancellation), cancellation);
            meter.Operation("delete", "success");
            return true;
        }
        catch (Exception e) when (IsOutage(e))
        {
            Complain(e, "delete");
            return false;
        }
    }

    private async ValueTask FenceAsync(string key, CancellationToken cancellation)
    {
        try
        {
            await Within(fences.SetAsync(key, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")), new KeyValueSettings(LongestLife + FenceMargin), cancellation), cancellation);
        }
        catch (IOException)
        {
            // A store that is full takes no fence, and lets go of copies all the same.
            await Within(copies.DeleteAsync(key, cancellation), cancellation);
            throw;
        }
    }

    private static string FenceOf(KeyValueEntry? entry) => entry is null ? "" : Encoding.ASCII.GetString(entry.Value.Span);

    // A store that hangs would hold up every viewer. What is there at once, as in memory, costs no timer.
    private async ValueTask<T> Within<T>(ValueTask<T> operation, CancellationToken cancellation) =>
        operation.IsCompletedSuccessfully ? operation.Result : await operation.AsTask().WaitAsync(Patience, time, cancellation);

    private async ValueTask Within(ValueTask operation, CancellationToken cancellation)
    {
        if (!operation.IsCompletedSuccessfully) await operation.AsTask().WaitAsync(Patience, time, cancellation);
    }

    private static bool IsOutage(Exception e) => e is IOException or TimeoutException or SocketException or ObjectDisposedException;

    private void Complain(Exception failure, string operation)
    {
        meter.Operation(operation, "error");
        var now = time.GetTimestamp();
        var next = Volatile.Read(ref nextComplaint);
        if (now < next || Interlocked.CompareExchange(ref nextComplaint, now + (60 * time.TimestampFrequency), next) != next) return;
        logger.LogWarning("The metadata cache failed ({Reason}); videos are read from the database until it is back. This is said once a minute", failure.Message.ReplaceLineEndings(" "));
    }
}
