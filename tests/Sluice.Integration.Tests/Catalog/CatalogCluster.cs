using Sluice.Integration.Tests.S3;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Servers and workers of one catalog on a database, a bucket and, where wanted, a Redis: the same program by configuration alone.</summary>
internal sealed class CatalogCluster : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<IAsyncDisposable> started = [];

    private CatalogCluster(S3Bed bed, Dictionary<string, string> environment) => (Bed, Environment) = (bed, environment);

    public S3Bed Bed { get; }

    public Dictionary<string, string> Environment { get; }

    /// <summary>Where every worker keeps what it has downloaded.</summary>
    public string Downloads => folder.FileOf("downloads/x")[..^2];

    public static async Task<CatalogCluster> MakeAsync(PostgresServer postgres, RedisServer? redis = null)
    {
        Require.Command("ffmpeg");
        var database = await postgres.CreateDatabaseAsync();
        var bed = await S3Bed.GetAsync();
        var cluster = new CatalogCluster(bed, new()
        {
            ["SLUICE__Catalog__Database"] = database,
            ["SLUICE__Catalog__Store__S3__Bucket"] = bed.Bucket,
            ["SLUICE__Catalog__Store__S3__Prefix"] = "catalog",
            ["SLUICE__Catalog__Store__S3__Endpoint"] = bed.Server.Endpoint.ToString(),
            ["SLUICE__Catalog__Store__S3__Region"] = bed.Server.Region,
            // Keys of this bucket alone: the rest of the program has none.
            ["SLUICE__Catalog__Store__S3__AccessKeyVariable"] = "CATALOG_ACCESS_KEY",
            ["SLUICE__Catalog__Store__S3__SecretKeyVariable"] = "CATALOG_SECRET_KEY",
            ["SLUICE__Catalog__RetryPause"] = "1s",
            ["CATALOG_ACCESS_KEY"] = bed.Server.AccessKey,
            ["CATALOG_SECRET_KEY"] = bed.Server.SecretKey,
        });
        cluster.Environment["SLUICE__Downloads__Directory"] = cluster.Downloads;
        if (redis is not null) cluster.Environment["SLUICE__Redis__Host"] = redis.Address;
        return cluster;
    }

    /// <summary>A server that leaves transcoding to others.</summary>
    public async Task<SluiceProcess> ServerAsync()
    {
        var server = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Arguments = ["--workers", "0"], Environment = Environment });
        started.Add(server);
        return server;
    }

    public async Task<SluiceWorker> WorkerAsync()
    {
        var worker = await SluiceWorker.StartAsync(["--catalog", folder.FileOf("worker/x")[..^2]], Environment);
        started.Add(worker);
        return worker;
    }

    /// <summary>Writes a file that servers serve.</summary>
    public void Write(string name, string content) => folder.Write(name, content);

    public async ValueTask DisposeAsync()
    {
        for (var i = started.Count - 1; i >= 0; i--) await started[i].DisposeAsync();
        folder.Dispose();
    }
}
