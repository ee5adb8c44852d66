using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Telemetry;
using Sluice.Edge.Embedding;
using Sluice.Edge.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Sluice into an app.</summary>
public static class SluiceServiceCollectionExtensions
{
    /// <summary>
    /// Adds the cache that <c>UseSluice</c> serves from. To purge, take <see cref="ObjectCache"/> as a service and call its
    /// <see cref="ObjectCache.PurgeAsync"/>. The cache directory, where one is set, is opened at the first use and closed with the app.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Changes the settings; null for the defaults.</param>
    public static IServiceCollection AddSluice(this IServiceCollection services, Action<SluiceCacheOptions>? configure = null)
    {
        var options = services.AddOptions<SluiceCacheOptions>();
        if (configure is not null) options.Configure(configure);
        options.Validate(o => o.MemoryBytes >= 0, "Sluice: MemoryBytes is 0 (no memory tier) or more.")
            .Validate(o => o.Directory is null || !string.IsNullOrWhiteSpace(o.Directory), "Sluice: Directory is empty: name a folder, or leave it null for nothing on disk.")
            .Validate(o => o.DiskBytes > (o.Directory is null ? -1 : 0), "Sluice: DiskBytes is more than 0; to keep nothing on disk leave Directory null.")
            .Validate(o => o.Policy is not null, "Sluice: Policy is null.")
            .ValidateOnStart();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EdgeCounters>();
        services.TryAddSingleton(provider => ObjectCache.Open(CacheOptions(provider.GetRequiredService<IOptions<SluiceCacheOptions>>().Value), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton<CacheMeter>();
        services.TryAddSingleton<PipelineRuns>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PipelineRuns>(static provider => provider.GetRequiredService<PipelineRuns>()));
        return services;
    }

    private static ObjectCacheOptions CacheOptions(SluiceCacheOptions options) => new()
    {
        MemoryBytes = options.MemoryBytes,
        Disk = options.Directory is null ? null : new DiskTierOptions { Directory = Path.GetFullPath(options.Directory), MaximumBytes = options.DiskBytes },
    };
}
