namespace Sluice.Catalog.Jobs;

/// <summary>A job to be done.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="After">How long to wait before it.</param>
internal sealed record NewJob(JobKind Kind, TimeSpan After = default);
