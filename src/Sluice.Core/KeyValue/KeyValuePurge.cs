using Sluice.Core.Tags;

namespace Sluice.Core.KeyValue;

/// <summary>Takes key-value stores into purges by tag (row TAG-08). Other purges name paths, of which a store knows nothing.</summary>
public sealed class KeyValuePurge(Func<IEnumerable<IKeyValueStore>> stores) : IPurgeLayer
{
    /// <inheritdoc/>
    public async Task<PurgeReceipt> PurgeAsync(PurgeRequest request, CancellationToken cancellation)
    {
        var receipt = new PurgeReceipt { Nodes = 0 };
        // A store is asked to delete, never to count.
        if (request.Kind != PurgeKind.Tag || request.DryRun) return receipt;
        foreach (var store in stores())
        {
            try
            {
                receipt = receipt with { Values = receipt.Values + await store.DeleteByTagAsync(request.Value, cancellation) };
            }
            catch (IOException)
            {
                // It cannot be asked now, and gives nobody anything; whoever brings it back purges it then.
            }
        }

        return receipt;
    }
}
