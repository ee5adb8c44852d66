namespace Sluice.Catalog.Storage;

/// <summary>Times of rows: whole microseconds, which is what PostgreSQL keeps.</summary>
internal static class CatalogTime
{
    public static DateTimeOffset Now(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
