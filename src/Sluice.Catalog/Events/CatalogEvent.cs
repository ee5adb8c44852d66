namespace Sluice.Catalog.Events;

/// <summary>Something happened to a video; told to every process that keeps copies.</summary>
/// <param name="Id">Its number; rises in the order in which the changes took place.</param>
/// <param name="VideoId">The video.</param>
/// <param name="Version">The row's version after the change.</param>
/// <param name="Kind">What happened.</param>
internal sealed record CatalogEvent(long Id, Guid VideoId, long Version, CatalogEventKind Kind);
