using Microsoft.Extensions.DependencyInjection;
using Sluice.Core.KeyValue;
using Sluice.S3.Downloads;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Tests.PresignedUrls;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests;

/// <summary>What an app registers of this project.</summary>
public class SluiceS3ServicesTests
{
    // The first bucket would be signed for, wherever the second one was meant.
    [Fact]
    public void AddSluiceS3_ForASecondBucket_IsRefused()
    {
        var services = new ServiceCollection().AddSluiceS3(PresignBed.Bucket);
        services.AddSluiceS3(PresignBed.Bucket);
        services.AddKeyedSingleton<IPresignedUrls>("b", (_, _) => null!);
        var refused = Assert.Throws<InvalidOperationException>(() => services.AddSluiceS3(PresignBed.Bucket with { Bucket = "another" }));
        Assert.Contains("CreatePresignedUrls", refused.Message, StringComparison.Ordinal);
    }

    // As from a configuration that lacks them.
    [Fact]
    public void AddSluiceS3_SettingsThatAreNull_SaysWhich()
    {
        var wrong = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSluiceS3(new S3OriginOptions { Bucket = null!, Prefix = null! }, new() { StorageType = null! }));
        Assert.All(["bucket", "prefix", "StorageType"], word => Assert.Contains(word, wrong.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void AddSluiceS3_WhereAnAppHasItsOwnUrls_LeavesThem()
    {
        using var services = new ServiceCollection().AddSingleton<IPresignedUrls>(_ => null!).AddSluiceS3(PresignBed.Bucket).BuildServiceProvider();
        Assert.Null(services.GetService<IPresignedUrls>());
    }

    [Fact]
    public void Dispose_ContainerWithACacheAndStores_WorksWithoutWaiting()
    {
        using var folder = new TemporaryFolder();
        using (var services = new ServiceCollection()
            .AddSingleton<KeyValueStores>(_ => new SqliteKeyValueStores(Path.Combine(folder.Path, "kv.db"), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
            .AddSingleton(_ => new S3DownloadCache(new() { Directory = folder.Path }))
            .BuildServiceProvider())
        {
            services.GetRequiredService<KeyValueStores>().Open("a");
            services.GetRequiredService<S3DownloadCache>().GetStatistics();
        }
    }

    [Fact]
    public async Task Contents_OfADisposedCache_AreRefusedAsSuch()
    {
        using var folder = new TemporaryFolder();
        var cache = new S3DownloadCache(new() { Directory = folder.Path });
        cache.GetStatistics();
        await cache.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => cache.GetStatistics());
    }
}
