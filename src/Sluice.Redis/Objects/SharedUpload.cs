using Sluice.Core.Disk;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;
using Sluice.Redis.Connections;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Objects;

/// <summary>Stores an object for the other nodes as its body arrives: part by part, then the index, then the manifest, which is what makes it findable. Each step is refused once another turn has begun.</summary>
internal sealed class SharedUpload(RedisObjectTier tier, ObjectNames names, string token, string epoch)
{
    private const int PieceBytes = 256 << 10;
    private const int Concurrency = 4;
    private const int Attempts = 3;

    // A part without a manifest goes by itself.
    private static readonly TimeSpan UnfinishedLife = TimeSpan.FromMinutes(10);

    private readonly Queue<Task<bool>> writing = new();
    private readonly List<long> sizes = [];

    /// <summary>True when the object can be found from now on.</summary>
    public async Task<bool> RunAsync(CachedObject source, CancellationToken cancellation)
    {
        var metadata = source.Metadata;
        var options = tier.Options;
        var isOne = metadata.Length <= options.SizeThreshold;
        var standard = isOne ? Math.Max(1, metadata.Length!.Value) : options.ChunkSize;
        var total = await CopyAsync(source, standard, cancellation);
        if (total < 0) return false;
        // The length may have been known only at the end.
        metadata = source.Metadata;
        if (metadata.Length != total) return false;
        var manifest = new ObjectManifest
        {
            TotalSize = total,
            ChunkCount = sizes.Count,
            ActualChunkSizes = [.. sizes],
            StandardChunkSize = standard,
            OriginalContentType = metadata.Headers.First("Content-Type"),
            IsChunked = !isOne,
            Token = token,
            Epoch = epoch,
            Metadata = ObjectMetadataFormat.Encode(metadata),
        };
        return await PublishAsync(source, metadata, manifest, cancellation);
    }

    /// <summary>Puts newer metadata to a body that is stored already.</summary>
    public Task<bool> RefreshAsync(CachedObject source, ObjectManifest stored, CancellationToken cancellation)
    {
        var metadata = source.Metadata;
        return PublishAsync(source, metadata, stored with { Token = token, Epoch = epoch, Metadata = ObjectMetadataFormat.Encode(metadata) }, cancellation);
    }

    private async Task<bool> PublishAsync(CachedObject source, ObjectMetadata metadata, ObjectManifest manifest, CancellationToken cancellation)
    {
        var life = metadata.Freshness.RemainingAt(tier.Client.Time.GetUtcNow());
        if (life <= TimeSpan.Zero || source.IsDetached) return false;
        // Beyond its freshness for revalidation: the bytes are the larger part.
        life += TimeSpan.FromHours(1);
        List<string> tags = [.. metadata.Tags.Select(RedisObjectTier.TagOf), RedisObjectTier.SourceTagOf(metadata.Source)];
        // Indexed first: what can be found can be purged.
        await tier.IndexAsync(source, manifest.TotalSize, new KeyValueSettings(life + TimeSpan.FromMinutes(1), tags), cancellation);
        var chunks = Enumerable.Range(0, manifest.ChunkCount).Select(names.Chunk);
        return await RetryAsync(() => tier.Client.RunAsync(ObjectScripts.Commit, [names.Lease, names.Base, .. chunks], cancellation,
            token, manifest.ToJson(), (long)life.TotalMilliseconds, tier.Landed, names.Base));
    }

    /// <summary>Copies the body; its length, or -1 when it may not be shared after all.</summary>
    private async Task<long> CopyAsync(CachedObject source, long standard, CancellationToken cancellation)
    {
        var total = 0L;
        using var reader = source.Open(0, source.Metadata.Length ?? long.MaxValue, source.Source);
        while (true)
        {
            using var piece = await reader.ReadAsync(PieceBytes, cancellation);
            if (piece.Length == 0) break;
            if (total + piece.Length > tier.Options.MaximumObjectBytes) return -1;
            for (var used = 0; used < piece.Length;)
            {
                var (chunk, offset) = ((int)(total / standard), total % standard);
                var count = (int)Math.Min(piece.Length - used, standard - offset);
                if (chunk == sizes.Count) sizes.Add(0);
                sizes[chunk] += count;
                if (!await WriteAsync(chunk, offset, piece.Memory.Slice(used, count), cancellation)) return -1;
                used += count;
                total += count;
            }
        }

        while (writing.TryDequeue(out var last))
            if (!await last) return -1;
        return total;
    }

    private async Task<bool> WriteAsync(int chunk, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        // The first piece of a part takes the place of what was there; the others need it.
        if (offset == 0) return await WriteOneAsync(chunk, offset, bytes, cancellation);
        // The bytes are copied into the command before anything is awaited; they are gone when the server turns out not to know the script.
        writing.Enqueue(AsBoolAsync(tier.Client.RunKnownAsync(ObjectScripts.Write, [names.Lease, names.Chunk(chunk), names.Base], cancellation, token, offset, bytes, (long)UnfinishedLife.TotalMilliseconds)));
        return writing.Count < Concurrency || await writing.Dequeue();
    }

    private Task<bool> WriteOneAsync(int chunk, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        RetryAsync(() => tier.Client.RunAsync(ObjectScripts.Write, [names.Lease, names.Chunk(chunk), names.Base], cancellation, token, offset, bytes, (long)UnfinishedLife.TotalMilliseconds));

    /// <summary>Three attempts, 200 and 400 ms apart (row U045).</summary>
    private async Task<bool> RetryAsync(Func<ValueTask<RespValue>> send)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AsBoolAsync(send());
            }
            catch (RedisUnavailableException) when (attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt)), tier.Client.Time);
            }
        }
    }

    private static async Task<bool> AsBoolAsync(ValueTask<RespValue> asked) => (await asked).AsInteger() == 1;
}
