using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.History;

/// <summary>Windows of the history that several readers want, kept until the next point is written, so that ten open dashboards cost what one does.</summary>
internal sealed class HistoryReader(HistoryStore store, Sampler sampler)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Turn, object Made)> made = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim one = new(1, 1);
    private long turn;

    /// <summary>Writes a point, after which what was kept is of yesterday; false when the metrics could not be collected.</summary>
    public async Task<bool> SampleAsync(CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            if (!await sampler.SampleAsync(cancellation)) return false;
            Interlocked.Increment(ref turn);
            return true;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Has the history read together with what happened since its last point. None is written meanwhile: what happened would be in both, or in neither.</summary>
    public async Task<T> ReadAsync<T>(Func<Window, T> read, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            return read(await sampler.LiveAsync(cancellation));
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The period that ends now.</summary>
    public Window Period(Period period, long now) => Keep(period.Name, () => Between(period, period.From(now), now + 1));

    /// <summary>The period before it.</summary>
    public Window Before(Period period, long now) => Keep("before " + period.Name, () => Between(period, period.From(now) - period.Seconds, period.From(now)));

    /// <summary>The last minute, to the point.</summary>
    public Window LastMinute(long now) => Keep("minute", () => store.Read(HistoryLevel.Fine, HistoryLevel.Fine.Floor(now - 60), now + 1, MeasureScopes.Wanted));

    /// <summary>
    /// How long that is up to now, in seconds. Its first point is whole, so that it is up to a sixth more than a minute; it is less where nothing was watched before the start,
    /// and not where this is a restart: what was done before it is in there.
    /// </summary>
    public double LastMinuteSeconds(DateTimeOffset now, TimeSpan uptime)
    {
        var (from, start) = (HistoryLevel.Fine.Floor(now.ToUnixTimeSeconds() - 60), HistoryLevel.Fine.Floor((now - uptime).ToUnixTimeSeconds()));
        var whole = (now - DateTimeOffset.FromUnixTimeSeconds(from)).TotalSeconds;
        return start <= from || !Keep("minute before the start", () => store.Read(HistoryLevel.Fine, from, start, MeasureScopes.Wanted)).IsEmpty ? whole : Math.Clamp(uptime.TotalSeconds, 1, whole);
    }

    /// <summary>Something made of the history, kept until the next point is written.</summary>
    public T Keep<T>(string name, Func<T> make) where T : class
    {
        lock (gate)
        {
            var now = Interlocked.Read(ref turn);
            if (made.TryGetValue(name, out var held) && held.Turn == now) return (T)held.Made;
            var fresh = make();
            made[name] = (now, fresh);
            return fresh;
        }
    }

    /// <summary>Whole hours from the coarsest level, what is left at both ends from the period's own: a day is some hundred points, and not thousands.</summary>
    private Window Between(Period period, long from, long to)
    {
        var (first, last) = (HistoryLevel.Hour.Floor(from + HistoryLevel.Hour.Seconds - 1), HistoryLevel.Hour.Floor(to));
        if (period.Level == HistoryLevel.Hour || first >= last) return store.Read(period.Level, from, to, MeasureScopes.Wanted);
        return store.Read(period.Level, from, first, MeasureScopes.Wanted).With(store.Read(HistoryLevel.Hour, first, last, MeasureScopes.Wanted)).With(store.Read(period.Level, last, to, MeasureScopes.Wanted));
    }
}
