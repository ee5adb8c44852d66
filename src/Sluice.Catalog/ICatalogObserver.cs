namespace Sluice.Catalog;

/// <summary>Whoever keeps copies of what the catalog publishes: an edge. Told again after a failure, so each call may come more than once.</summary>
public interface ICatalogObserver
{
    /// <summary>A video's manifest is a new one.</summary>
    /// <exception cref="IOException">It could not be taken note of; it is told again.</exception>
    Task OnPublishedAsync(Guid video, CancellationToken cancellation);

    /// <summary>A video is gone.</summary>
    /// <exception cref="IOException">It could not be taken note of; it is told again.</exception>
    Task OnDeletedAsync(Guid video, CancellationToken cancellation);
}
