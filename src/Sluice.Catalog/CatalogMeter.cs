using System.Diagnostics.Metrics;

namespace Sluice.Catalog;

/// <summary>Counts of the catalog (row U111), as instruments of the meter "Sluice.Catalog".</summary>
public sealed class CatalogMeter : IDisposable
{
    private readonly Meter meter = new("Sluice.Catalog");
    private readonly Counter<long> operations, queries, flights, jobs;

    /// <summary>Makes the instruments.</summary>
    public CatalogMeter()
    {
        operations = meter.CreateCounter<long>("sluice.catalog.cache.operations", "{operation}", "Operations on the metadata cache.");
        queries = meter.CreateCounter<long>("sluice.catalog.db.queries", "{query}", "Queries of the catalog's database, by kind and table.");
        flights = meter.CreateCounter<long>("sluice.catalog.singleflight.requests", "{request}", "Look-ups of a video that began one, and that shared one.");
        jobs = meter.CreateCounter<long>("sluice.catalog.jobs", "{job}", "Jobs by kind and how they ended.");
    }

    /// <summary>Where the metadata cache is: memory (the default) or redis.</summary>
    public string CacheType { get; init; } = "memory";

    /// <summary>Counts an operation on the metadata cache: get, set, delete; hit, miss, success, error.</summary>
    public void Operation(string operation, string status) => operations.Add(1, new("operation", operation), new("status", status), new("cache_type", CacheType));

    /// <summary>Counts a query: select, insert, update, delete.</summary>
    public void Query(string kind) => queries.Add(1, new("query_type", kind), new("table", "videos"));

    /// <summary>Counts a look-up.</summary>
    public void Flight(bool isShared) => flights.Add(1, new KeyValuePair<string, object?>("result", isShared ? "shared" : "initiated"));

    /// <summary>Counts a job's end: done, retried, failed, lost.</summary>
    public void Job(string kind, string result) => jobs.Add(1, new("kind", kind), new("result", result));

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
