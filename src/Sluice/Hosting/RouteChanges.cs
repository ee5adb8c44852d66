namespace Sluice.Hosting;

/// <summary>What became of the routes, by name.</summary>
/// <param name="Added">New ones.</param>
/// <param name="Changed">Those that say something else than before, or stand in another order.</param>
/// <param name="Removed">Those that are no more.</param>
internal sealed record RouteChanges(IReadOnlyList<string> Added, IReadOnlyList<string> Changed, IReadOnlyList<string> Removed);
