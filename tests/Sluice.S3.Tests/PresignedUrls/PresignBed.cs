using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.S3.Credentials;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>A cache of presigned URLs on a clock that the test moves.</summary>
internal sealed class PresignBed : IAsyncDisposable
{
    public static readonly S3Credentials Key = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    public static readonly S3OriginOptions Bucket = new() { Bucket = "media", Endpoint = new("http://127.0.0.1:9000"), Region = "eu-central-1" };

    public PresignBed(PresignedUrlsOptions? options = null, IKeyValueStore? store = null, TimeProvider? time = null, IS3Credentials? credentials = null, ILogger? log = null, S3OriginOptions? bucket = null)
    {
        Clock = time ?? new ManualTimeProvider();
        options ??= new();
        Urls = new(options, PresignTargets.Create(bucket ?? Bucket, options), credentials ?? new FixedCredentials(Key), store, Clock, log ?? NullLogger.Instance);
    }

    public TimeProvider Clock { get; }

    public ManualTimeProvider Manual => (ManualTimeProvider)Clock;

    public PresignedUrlCache Urls { get; }

    public PresignStatistics Counts => Urls.GetStatistics();

    /// <summary>Waits for refreshes and writes.</summary>
    public async Task IdleAsync()
    {
        while (!Urls.IsIdle) await Task.Yield();
    }

    public async Task<string> UrlAsync(string path, PresignOptions? options = null) => (await Urls.GetAsync(path, options, TestContext.Current.CancellationToken)).Url;

    public static DateTimeOffset SignedAt(string url)
    {
        var date = Parameter(url, "X-Amz-Date");
        return DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);
    }

    public static TimeSpan Lifetime(string url) => TimeSpan.FromSeconds(long.Parse(Parameter(url, "X-Amz-Expires")));

    public static string Parameter(string url, string name) => url.Split('?')[1].Split('&').Single(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    public ValueTask DisposeAsync() => Urls.DisposeAsync();
}
