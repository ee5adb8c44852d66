using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Sluice.Core.Origins;

namespace Sluice.S3.Downloads;

/// <summary>Fetches an object into a file: in parts of one version, several at a time, each taken up again where its connection broke.</summary>
internal sealed class DownloadTransfer(DownloadSource source, string key, DownloadHead head, SafeFileHandle file, S3DownloadCacheOptions options)
{
    /// <summary>How often in a row a part may fail without a byte in between: its connection breaks, or the server is busy. What the others brought is not thrown away for it.</summary>
    private const int Patience = 5;

    private int next = 1;

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Told of bytes written, from several threads.</summary>
    public required Action<int> Arrived { get; init; }

    private bool IsWhole => head.Response.Range is null;

    private int Parts => IsWhole ? 1 : (int)((head.Length + options.PartBytes - 1) / options.PartBytes);

    /// <summary>Fetches everything; what it sums up to.</summary>
    /// <exception cref="OriginException">The connection broke too often, or the object changed.</exception>
    /// <exception cref="DownloadWriteException">The file could not be written.</exception>
    /// <exception cref="S3DownloadException">What came is not what the server says it holds.</exception>
    public async Task<DownloadSums> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var done = Enumerable.Range(0, Parts).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        using var digest = new DownloadDigest(head, Parts);
        var tasks = Enumerable.Range(0, Math.Min(options.Parallelism, Parts)).Select(i => Guard(WorkAsync(i == 0 ? 0 : Take(), done, digest, stop.Token), stop)).ToList();
        if (digest.Hashes) tasks.Add(Guard(DigestAsync(digest, done, stop.Token), stop));
        // Of several that fail it tells of the first in the list, and of a cancelled one only when none failed.
        await Task.WhenAll(tasks);
        return digest.Finish() ?? throw new S3DownloadException(S3DownloadFailure.Damaged, head.Sum is null
            ? $"{key} arrived with other bytes than its ETag says, which looks like their MD5: try again, and check what lies between. Where the ETags of this server are no MD5s, fetch with --no-md5 (ETagIsMd5 = false)."
            : $"{key} arrived with other bytes than the server says it holds: try again, and check what lies between.");
    }

    private int Take() => Interlocked.Increment(ref next) - 1;

    private static async Task Guard(Task work, CancellationTokenSource stop)
    {
        try
        {
            await work;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task WorkAsync(int part, TaskCompletionSource[] done, DownloadDigest digest, CancellationToken cancellation)
    {
        for (; part < Parts; part = Take())
        {
            var (start, end) = Bounds(part);
            await FetchAsync(part, (start, end), digest, cancellation);
            done[part].SetResult();
        }
    }

    private (long Start, long End) Bounds(int part) =>
        IsWhole ? (0, head.Length) : ((long)part * options.PartBytes, Math.Min(head.Length, (part + 1L) * options.PartBytes));

    private async Task DigestAsync(DownloadDigest digest, TaskCompletionSource[] done, CancellationToken cancellation)
    {
        for (var part = 0; part < done.Length; part++)
        {
            await done[part].Task.WaitAsync(cancellation);
            var (start, end) = Bounds(part);
            digest.Append(file, start, end);
        }
    }

    private async Task FetchAsync(int part, (long Start, long End) bounds, DownloadDigest digest, CancellationToken cancellation)
    {
        var (start, end) = bounds;
        var buffer = DownloadBuffers.OfProcess.Rent();
        var open = part == 0 ? head.Response : null;
        try
        {
            for (var failures = 0; start < end;)
            {
                try
                {
                    open ??= await source.RangeAsync(key, head.Version, start, end, cancellation);
                    // A server without ranges sends everything again.
                    var skip = open.Range is null && open != head.Response ? start : 0;
                    for (int count; start < end; start += count)
                    {
                        count = await open.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, skip > 0 ? skip : end - start)), cancellation);
                        // What is written and summed up now takes long for a thread that sees to sockets, as the server's do: its clients would wait.
                        if (!Thread.CurrentThread.IsThreadPoolThread) await Task.Yield();
                        if (count == 0) throw new OriginException(OriginFailure.Truncated, $"{key} ended before its length.");
                        if (skip > 0)
                        {
                            skip -= count;
                            count = 0;
                            continue;
                        }
                        failures = 0;
                        Write(file, buffer.AsSpan(0, count), start);
                        digest.Arrived(part, buffer.AsSpan(0, count));
                        Arrived(count);
                    }
                }
                catch (Exception cut) when (failures < Patience && cut is OriginException { Failure: OriginFailure.Truncated or OriginFailure.Timeout or OriginFailure.Unreachable } or S3DownloadException { Failure: S3DownloadFailure.Server })
                {
                    failures++;
                    Log.LogDebug(DownloadEvents.Resumed, cut, "The download of {Key} goes on at byte {Start}", key, start);
                    if (failures > 1) await Task.Delay(TimeSpan.FromMilliseconds(100 << failures), Time, cancellation);
                }
                finally
                {
                    if (open is not null) await open.DisposeAsync();
                    open = null;
                }
            }
        }
        finally
        {
            DownloadBuffers.OfProcess.Return(buffer);
            if (open is not null) await open.DisposeAsync();
        }
    }

    /// <summary>Writes into a file that is being filled.</summary>
    /// <exception cref="DownloadWriteException">It could not be written.</exception>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            RandomAccess.Write(file, bytes, at);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DownloadWriteException(failure.Message, failure);
        }
    }
}
