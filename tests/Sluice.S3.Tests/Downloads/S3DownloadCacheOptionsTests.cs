using Sluice.S3.Downloads;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Rows CFG-07 to CFG-11, S3D-03 to S3D-07, D17, D18.</summary>
public class S3DownloadCacheOptionsTests
{
    [Fact]
    public void FromEnvironment_NothingSet_GivesTheDefaults()
    {
        var options = S3DownloadCacheOptions.FromEnvironment(_ => null);
        Assert.Equal(new S3DownloadCacheOptions(), options);
        Assert.True(options.Enabled);
        Assert.Equal((500L * 1024 * 1024, 200, TimeSpan.FromHours(24), TimeSpan.FromMinutes(10)), (options.MaximumBytes, options.MaximumEntries, options.TimeToLive, options.Lease));
        Assert.EndsWith(Path.Combine(".sluice", "cache"), options.Directory, StringComparison.Ordinal);
    }

    [Fact]
    public void FromEnvironment_EverythingSet_TakesIt()
    {
        var variables = new Dictionary<string, string>
        {
            ["CACHE_ENABLED"] = "false", ["CACHE_MAX_SIZE_MB"] = "2", ["CACHE_MAX_ENTRIES"] = "7", ["CACHE_TTL_HOURS"] = "0.5", ["CACHE_LEASE_MINUTES"] = "0", ["CACHE_DIR"] = "/srv/c",
        };
        var options = S3DownloadCacheOptions.FromEnvironment(variables.GetValueOrDefault);
        Assert.Equal(new S3DownloadCacheOptions { Enabled = false, MaximumBytes = 2 << 20, MaximumEntries = 7, TimeToLive = TimeSpan.FromMinutes(30), Lease = TimeSpan.Zero, Directory = "/srv/c" }, options);
    }

    // As the program reads the same variable: no shell expands what a file of variables says.
    [Fact]
    public void FromEnvironment_DirectoryInTheHomeFolder_IsThere() =>
        Assert.Equal(S3DownloadCacheOptions.DefaultDirectory, S3DownloadCacheOptions.FromEnvironment(name => name == "CACHE_DIR" ? "~/.sluice/cache" : null).Directory);

    [Fact]
    public void FromEnvironment_WrongValues_NamesEveryOne()
    {
        var variables = new Dictionary<string, string> { ["CACHE_ENABLED"] = "perhaps", ["CACHE_MAX_SIZE_MB"] = "-1", ["CACHE_MAX_ENTRIES"] = "0", ["CACHE_TTL_HOURS"] = "day" };
        var failure = Assert.Throws<ArgumentException>(() => S3DownloadCacheOptions.FromEnvironment(variables.GetValueOrDefault));
        Assert.All(variables.Keys, name => Assert.Contains(name, failure.Message, StringComparison.Ordinal));
        Assert.Equal(4, failure.Message.Split('\n').Length);
    }

    [Fact]
    public void New_OptionsThatWillNotDo_SaysWhy()
    {
        var failure = Assert.Throws<ArgumentException>(() => new S3DownloadCache(new() { MaximumEntries = 0, TimeToLive = TimeSpan.Zero, Parallelism = 0, PartBytes = 1 }));
        Assert.Equal(4, failure.Message.Split('\n').Length);
    }

    // Rows S3D-21 and S3D-22. Nothing is opened before the first call, so nothing of the user's is touched.
    [Fact]
    public async Task Shared_IsOneOfTheProcessUntilItIsShutDown()
    {
        var first = S3DownloadCache.Shared;
        Assert.Same(first, S3DownloadCache.Shared);
        await S3DownloadCache.ShutdownAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.FetchAsync("s3://media/a", cancellation: TestContext.Current.CancellationToken));
        Assert.NotSame(first, S3DownloadCache.Shared);
        await S3DownloadCache.ShutdownAsync();
    }

    [Fact]
    public void Options_ProfileAsText_IsTheProfile() => Assert.Equal(new S3DownloadOptions { Profile = "work" }, "work");
}
