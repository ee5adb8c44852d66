using Sluice.Monitoring.Prometheus;

namespace Sluice.Monitoring.History;

/// <summary>Turns the SDK's totals into points of the history, and shows what has happened since the last of them. For one caller at a time (see <see cref="HistoryReader"/>).</summary>
internal sealed class Sampler(PrometheusScraper scraper, HistoryStore store, TimeProvider time)
{
    private MetricSnapshot? last;
    private long lastAt = time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Writes a point: what happened since the one before. False when the metrics could not be collected; the next one then covers both.</summary>
    public async Task<bool> SampleAsync(CancellationToken cancellation)
    {
        if (await scraper.CollectAsync(MetricSnapshot.Of, cancellation) is not { } now) return false;
        store.Append(lastAt, store.Resolve(catalog => now.Since(last, catalog.Get)));
        (last, lastAt) = (now, time.GetUtcNow().ToUnixTimeSeconds());
        return true;
    }

    /// <summary>What happened since the last point; written nowhere.</summary>
    public async Task<Window> LiveAsync(CancellationToken cancellation)
    {
        var now = await scraper.CollectAsync(MetricSnapshot.Of, cancellation);
        return new Window(now is null ? [] : store.Resolve(catalog => now.Since(last, catalog.Lend)), store.Catalog.Find);
    }
}
