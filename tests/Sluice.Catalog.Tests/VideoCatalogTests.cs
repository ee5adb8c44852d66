using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Uploads;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog;

public sealed class VideoCatalogTests
{
    // With PostgreSQL nothing else needs that folder: the jobs of everybody would be taken, and fail.
    [Fact]
    public async Task Open_WorkerThatCannotWriteItsFolder_IsRefusedBeforeItTakesAJob()
    {
        using var folder = new TemporaryFolder();
        await using var stores = new InProcessKeyValueStores(new ManualTimeProvider());
        var parts = new CatalogParts
        {
            Options = new CatalogOptions { Directory = Path.Combine(folder.Write("file", ""), "catalog"), Database = "postgres://127.0.0.1:1/none" },
            Objects = new FolderStore(folder.Path), Values = stores, Logging = NullLoggerFactory.Instance, Time = new ManualTimeProvider(),
        };

        var refused = await Assert.ThrowsAsync<IOException>(() => VideoCatalog.OpenAsync(parts, TestContext.Current.CancellationToken));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }
}
