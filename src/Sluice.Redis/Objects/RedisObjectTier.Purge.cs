using Sluice.Core.Tags;
using Sluice.Redis.Connections;

namespace Sluice.Redis.Objects;

/// <content>Purging.</content>
internal sealed partial class RedisObjectTier : IPurgeLayer
{
    public async Task<PurgeReceipt> PurgeAsync(PurgeRequest request, CancellationToken cancellation)
    {
        var receipt = new PurgeReceipt { Nodes = 0 };
        try
        {
            foreach (var key in await SelectAsync(request, cancellation))
                receipt = receipt with { SharedBytes = receipt.SharedBytes + (request.DryRun ? await index.SizeAsync(key, cancellation) : await DropAsync(key, cancellation)) };
        }
        catch (RedisErrorException refused)
        {
            Client.Refused(refused);
        }
        catch (IOException)
        {
            // Not reachable for this node, which fetches nothing from it; the log of purges keeps the others from it.
        }

        return receipt;
    }

    private async Task<IReadOnlyList<string>> SelectAsync(PurgeRequest request, CancellationToken cancellation) => request.Kind switch
    {
        // Every POST is one: not by a look at the whole index.
        PurgeKind.Url when request.Value.StartsWith('/') => [.. (await index.TaggedAsync(SourceTagOf(request.Value.Split('?')[0]), cancellation)).Where(key => key.StartsWith(request.Value + "\n", StringComparison.Ordinal))],
        PurgeKind.Url => await index.ScanAsync(request.Value + "\n", cancellation).ToListAsync(cancellation),
        // A variant's key is not its path; the path it was made from is.
        PurgeKind.Prefix => [.. await index.ScanAsync(request.Value, cancellation).ToListAsync(cancellation), .. await index.OthersTaggedAsync('/', SourceTagOf(request.Value), cancellation)],
        PurgeKind.Tag => await index.TaggedAsync(TagOf(request.Value), cancellation),
        _ => await index.TaggedAsync(SourceTagOf(request.Value), cancellation),
    };

    /// <summary>Takes an object away, body and turn included; how many bytes went.</summary>
    private async Task<long> DropAsync(string indexKey, CancellationToken cancellation)
    {
        var (scope, target) = ObjectNames.Parse(indexKey);
        var names = new ObjectNames(Client.Options.KeyPrefix, scope, target, Client.IsCluster);
        var bytes = await Client.RunAsync(ObjectScripts.Drop, [names.Lease, names.Base], cancellation, Landed, names.Base);
        await index.DeleteAsync(indexKey, cancellation);
        return bytes.AsInteger();
    }
}
