namespace Sluice.Core.Tags;

/// <summary>Something beyond this process's memory and disk that may hold what a purge selects: other nodes, a shared tier, a key-value store (row TAG-08).</summary>
public interface IPurgeLayer
{
    /// <summary>Purges there, or with a dry run counts. What it did is added to the receipt. A layer that cannot be reached says so in the receipt and throws nothing. From the call on, before its first await, the layer gives this process nothing that the purge selects.</summary>
    Task<PurgeReceipt> PurgeAsync(PurgeRequest request, CancellationToken cancellation);
}
