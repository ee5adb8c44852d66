using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Core.Telemetry;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3;

/// <summary>Registers what an application uses of a bucket.</summary>
public static class SluiceS3Services
{
    /// <summary>Name of the namespace of presigned URLs in a <see cref="KeyValueStores"/> (row KV-04).</summary>
    public const string PresignedNamespace = "presigned";

    /// <summary>Adds <see cref="IPresignedUrls"/> for a bucket. URLs are kept in memory, and beyond restarts where a <see cref="KeyValueStores"/> is registered; a record of every request goes to <see cref="MetricRecords"/> where that is registered.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="bucket">Which bucket. What is not given is looked up as the AWS tools do.</param>
    /// <param name="options">How URLs are made and kept; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options will not do; the message says everything that is wrong, one line each.</exception>
    /// <exception cref="InvalidOperationException">It was called for another bucket before. Those beyond one: <see cref="CreatePresignedUrls"/>, under keys of their own.</exception>
    public static IServiceCollection AddSluiceS3(this IServiceCollection services, S3OriginOptions bucket, PresignedUrlsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(bucket);
        options ??= new();
        string[] errors = [.. bucket.Errors(), .. options.Errors()];
        if (errors.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, errors));
        if (services.Any(one => one.ServiceType == typeof(Added) && one.ImplementationInstance is Added other && other.Bucket != bucket))
            throw new InvalidOperationException($"AddSluiceS3 was called for another bucket than {bucket.Bucket} already: add further ones by AddKeyedSingleton and SluiceS3Services.CreatePresignedUrls.");
        services.TryAddSingleton(new Added(bucket));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => CreatePresignedUrls(bucket, options.Records is null ? options with { Records = provider.GetService<MetricRecords>() } : options,
            provider.GetService<KeyValueStores>()?.Open(PresignedNamespace), provider.GetRequiredService<TimeProvider>(), provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance));
        return services;
    }

    /// <summary>Presigned URLs of a bucket, outside a container. Dispose what it gives (<see cref="IAsyncDisposable"/>) to write what the store has not got yet.</summary>
    /// <exception cref="ArgumentException">The options will not do, or the profile does not exist; the message says why, one line each.</exception>
    public static IPresignedUrls CreatePresignedUrls(S3OriginOptions bucket, PresignedUrlsOptions options, IKeyValueStore? store, TimeProvider time, ILoggerFactory logging)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logging);
        string[] errors = [.. bucket.Errors(), .. options.Errors()];
        if (errors.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, errors));
        var log = logging.CreateLogger<IPresignedUrls>();
        return new PresignedUrlCache(options, PresignTargets.Create(bucket, options), S3Origin.Credentials(bucket, time, log), store, time, log);
    }

    // The bucket of the first call: signing for it where a second one was meant would show only when URLs are followed.
    private sealed record Added(S3OriginOptions Bucket);
}
