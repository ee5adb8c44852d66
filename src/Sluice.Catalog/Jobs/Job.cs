namespace Sluice.Catalog.Jobs;

/// <summary>A job that this worker has leased.</summary>
/// <param name="Id">Its number.</param>
/// <param name="VideoId">The video it is about.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Attempt">The how many-eth time it is begun, from 1.</param>
/// <param name="Owner">Who holds the lease.</param>
internal sealed record Job(long Id, Guid VideoId, JobKind Kind, int Attempt, string Owner);
