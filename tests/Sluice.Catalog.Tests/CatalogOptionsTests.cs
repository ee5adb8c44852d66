using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Uploads;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Processes;

namespace Sluice.Catalog.Tests;

public class CatalogOptionsTests
{
    [Fact]
    public void Errors_OfTheDefaults_AreNone() => Assert.Empty(new CatalogOptions { Directory = "x" }.Errors());

    // A pause of nothing between two looks for jobs would take a processor for itself.
    [Fact]
    public async Task Open_OptionsThatWillNotDo_TellsAllOfThemAndOpensNothing()
    {
        using var folder = new TemporaryFolder();
        var options = new CatalogOptions { Directory = folder.Path, Poll = TimeSpan.Zero, RetryPause = TimeSpan.FromSeconds(-1), MaximumUpload = -1, Workers = -1, Attempts = 0 };
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => VideoCatalog.OpenAsync(
            new CatalogParts
            {
                Options = options, Objects = new FolderStore(folder.Path), Values = new InProcessKeyValueStores(TimeProvider.System), Observer = null!,
                Logging = NullLoggerFactory.Instance, Time = TimeProvider.System,
            }, TestContext.Current.CancellationToken));
        Assert.Equal(options.Errors(), wrong.Message.Split(Environment.NewLine));
        Assert.Equal(5, options.Errors().Count);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
