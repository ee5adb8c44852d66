using System.Collections.Concurrent;

namespace Sluice.Catalog.Events;

/// <summary>
/// Tells this process's edge of what its own worker publishes before the video is READY, and not once more when the event comes round:
/// by then viewers have the new manifest, and it need not be fetched again.
/// </summary>
internal sealed class OwnPublications(ICatalogObserver? inner) : ICatalogObserver
{
    private readonly ConcurrentDictionary<Guid, byte> announced = new();

    /// <summary>The new manifest is in place; the row is about to change.</summary>
    public async Task AnnounceAsync(Guid video, CancellationToken cancellation)
    {
        if (inner is not null) await inner.OnPublishedAsync(video, cancellation);
        announced[video] = 0;
    }

    /// <summary>The row did not change, or it is not known whether it did.</summary>
    public void Withdraw(Guid video) => announced.TryRemove(video, out _);

    public Task OnPublishedAsync(Guid video, CancellationToken cancellation) => announced.TryRemove(video, out _) || inner is null ? Task.CompletedTask : inner.OnPublishedAsync(video, cancellation);

    public Task OnDeletedAsync(Guid video, CancellationToken cancellation) => inner?.OnDeletedAsync(video, cancellation) ?? Task.CompletedTask;
}
