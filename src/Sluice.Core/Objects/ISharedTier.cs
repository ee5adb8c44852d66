namespace Sluice.Core.Objects;

/// <summary>Objects that several nodes share, and turns, so that one of them fetches what all are asked for.</summary>
public interface ISharedTier
{
    /// <summary>Finds the object, or gives the turn to fetch it; waits, within bounds, while another node has the turn. Never throws for a tier that cannot be asked: the caller then fetches for itself.</summary>
    /// <param name="scope">The object's scope.</param>
    /// <param name="target">Its target.</param>
    /// <param name="mayLead">False only to look: whoever fetches a part of a body has nothing to share.</param>
    /// <param name="cancellation">Cancelled when nobody waits any more.</param>
    ValueTask<SharedTurn> TakeTurnAsync(CacheScope scope, string target, bool mayLead, CancellationToken cancellation);
}
