using Sluice.Core.Origins;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Objects;

/// <summary>Reads a stretch of a shared body in pieces, some of them ahead.</summary>
internal sealed class SharedBody(RedisClient client, ObjectNames names, ObjectManifest manifest, long start, long end, int ahead) : BodyStream
{
    private const int PieceBytes = 256 << 10;

    private readonly Queue<Task<RespValue>> coming = new();
    private long asked = start;
    private RespValue piece;
    private int used;

    /// <summary>Gets the first piece; false when the body is not to be had after all.</summary>
    public async Task<bool> BeginAsync(CancellationToken cancellation)
    {
        try
        {
            return await NextAsync(cancellation);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (used == piece.Span.Length && !await NextAsync(cancellationToken)) return 0;
        var count = Math.Min(buffer.Length, piece.Span.Length - used);
        piece.Span.Slice(used, count).CopyTo(buffer.Span);
        used += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var left in coming) _ = left.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        coming.Clear();
        base.Dispose(disposing);
    }

    private async Task<bool> NextAsync(CancellationToken cancellation)
    {
        while (coming.Count < ahead && asked < end) coming.Enqueue(AskAsync());
        if (!coming.TryDequeue(out var next)) return false;
        var value = await next.WaitAsync(cancellation);
        if (value.IsNull || value.Span.Length == 0) throw new IOException("The shared object was replaced while it was read.");
        piece.Release();
        (piece, used) = (value, 0);
        return true;
    }

    private Task<RespValue> AskAsync()
    {
        var chunk = (int)(asked / manifest.StandardChunkSize);
        var from = asked - (chunk * manifest.StandardChunkSize);
        var count = Math.Min(Math.Min(PieceBytes, end - asked), manifest.ActualChunkSizes[chunk] - from);
        asked += count;
        return CheckAsync(client.RunAsync(ObjectScripts.Read, [names.Lease, names.Chunk(chunk)], CancellationToken.None, manifest.Token, from, from + count - 1), count);
    }

    private static async Task<RespValue> CheckAsync(ValueTask<RespValue> asked, long count)
    {
        var value = await asked;
        return value.IsNull || value.Span.Length == count ? value : throw new IOException("A shared object is shorter than its manifest says.");
    }
}
