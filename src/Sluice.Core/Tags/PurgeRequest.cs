namespace Sluice.Core.Tags;

/// <summary>A purge.</summary>
/// <param name="Kind">What it selects by.</param>
/// <param name="Value">The path with query, path prefix, tag or source path.</param>
/// <param name="Soft">True: objects become stale and are revalidated at their next use. False: they are gone.</param>
/// <param name="DryRun">True: nothing changes; the receipt says what would.</param>
public sealed record PurgeRequest(PurgeKind Kind, string Value, bool Soft = false, bool DryRun = false);
