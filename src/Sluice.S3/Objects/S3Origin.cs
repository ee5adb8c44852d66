using System.Net;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Sluice.Core.Origins;
using Sluice.S3.Credentials;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;

namespace Sluice.S3.Objects;

/// <summary>A bucket of any S3-compatible server as an origin. It signs its own requests; credentials come from the AWS SDK's chain. Thread-safe.</summary>
public sealed class S3Origin : IOrigin, IDisposable
{
    private readonly string prefix;
    private readonly IS3Credentials credentials;
    private readonly HttpMessageInvoker http;
    private readonly HttpMessageInvoker anew;
    private readonly S3Bucket bucket;
    private readonly S3Exchange exchange;
    private readonly S3Responses responses;
    private readonly S3Probe probe;

    internal S3Origin(S3OriginOptions options, IS3Credentials credentials, SocketsHttpHandler handler, TimeProvider time, ILogger log, IPresignedUrls? presigned = null)
    {
        this.credentials = credentials;
        prefix = options.Prefix.Length == 0 || options.Prefix.EndsWith('/') ? options.Prefix : options.Prefix + "/";
        Name = options.Name ?? "s3:" + options.Bucket;
        var address = S3Address.For(options);
        // A bucket's name is unique on AWS whatever the region and style of address.
        Scope = $"s3://{(address.IsAws ? "aws" : options.Endpoint!.Authority + options.Endpoint.AbsolutePath.TrimEnd('/'))}/{options.Bucket}/{prefix}";
        http = new(handler);
        anew = new(Handler(options, time, keeps: false));
        var place = new S3Location(options.Bucket, options.Prefix).ToString();
        bucket = new(options, address, credentials, time) { Presigned = presigned, Learned = what => log.LogWarning("{Place}: {What}", place, what) };
        exchange = new(Name, options, bucket, http, anew, time);
        responses = new(Name, options.KeepMetadata, new(place, time, log));
        probe = new(new S3Location(options.Bucket, prefix), bucket, exchange);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Scope { get; }

    /// <inheritdoc/>
    public OriginTraits Traits => OriginTraits.Ranges | OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly;

    /// <summary>Region that requests are signed for.</summary>
    public string Region => bucket.Address.Region;

    /// <summary>An origin for a bucket. Region, endpoint and credentials not given are looked up as the AWS tools do.</summary>
    /// <param name="options">Which bucket, and how.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Told what is wrong with the set-up, in one line each.</param>
    /// <param name="presigned">Objects are fetched by these URLs of the same bucket instead of by signed headers (rows PRE-08, PRE-09, U067); null (default) for signed headers. Not disposed.</param>
    /// <exception cref="ArgumentException">The options will not do, or the profile does not exist; the message says why, one line each.</exception>
    public static S3Origin Create(S3OriginOptions options, TimeProvider time, ILogger<S3Origin> log, IPresignedUrls? presigned = null)
    {
        options = Resolve(options);
        return new(options, Credentials(options, time, log), Handler(options, time), time, log, presigned);
    }

    /// <summary>Options with endpoint and region looked up where they are not given.</summary>
    /// <exception cref="ArgumentException">They will not do; the message says why, one line each.</exception>
    internal static S3OriginOptions Resolve(S3OriginOptions options)
    {
        try
        {
            var endpoint = options.Endpoint ?? AwsSettings.Endpoint(options.Profile);
            options = options with { Endpoint = endpoint, Region = options.Region ?? AwsSettings.Region(options.Profile, endpoint), ForcePathStyle = options.ForcePathStyle ?? AwsSettings.PathStyle(options.Profile, options.Bucket ?? ""), Service = endpoint is null ? AwsSettings.Service(options.Profile) : "s3" };
        }
        catch (Exception broken) when (broken is AmazonClientException or InvalidDataException or IOException)
        {
            throw new ArgumentException($"The AWS configuration files cannot be read: {broken.Message}", broken);
        }
        var errors = options.Errors();
        if (errors.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, errors));
        return options;
    }

    /// <summary>Where a bucket's credentials come from.</summary>
    internal static IS3Credentials Credentials(S3OriginOptions options, TimeProvider time, ILogger log) =>
        options.Anonymous ? new NoCredentials() : ChainCredentials.For(options, time, log);

    /// <inheritdoc/>
    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        if (request.Method is not ("GET" or "HEAD")) return S3Responses.Short(405);
        // Without a key the request would list the bucket.
        if (S3ObjectKey.From(prefix, request.Path) is not { } key) return S3Responses.Short(404);
        var method = request.Method == "GET" ? HttpMethod.Get : HttpMethod.Head;
        var answer = await exchange.SendAsync(new(method, CanonicalForm.Path(key), "", Fields(request)) { Key = key[prefix.Length..] }, cancellation);
        return responses.From(request, answer);
    }

    /// <summary>Begins to look for credentials, which takes most of a second where there are none, so that the first request need not wait.</summary>
    public void Prepare() => (credentials as ChainCredentials)?.Prepare();

    /// <summary>Tries whether the bucket can be reached, listed and read.</summary>
    public Task<S3ProbeResult> ProbeAsync(CancellationToken cancellation) => probe.RunAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        anew.Dispose();
        (credentials as IDisposable)?.Dispose();
    }

    internal static SocketsHttpHandler Handler(S3OriginOptions options, TimeProvider time, bool keeps = true) => new()
    {
        ConnectTimeout = options.ConnectTimeout,
        ConnectCallback = OriginDialer.With(time),
        Proxy = EnvironmentProxy.OfProcess,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        // DNS of a busy S3 endpoint changes by the minute.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(keeps ? 30 : 0),
        // What is left of a body that nobody wants is read only when that is cheaper than a new connection.
        MaxResponseDrainSize = 64 * 1024,
    };

    internal static List<KeyValuePair<string, string>> Fields(OriginRequest request)
    {
        var fields = new List<KeyValuePair<string, string>>(3);
        if (request.Range is { } range) fields.Add(new("Range", range.ToString()));
        if (request.Require is { } required)
        {
            if (required.IsStrong) fields.Add(new("If-Match", required.ETag!));
            else if (required.LastModified is { } date) fields.Add(new("If-Unmodified-Since", date));
        }
        if (request.Held is { } held)
        {
            if (held.ETag is { Length: > 0 } tag) fields.Add(new("If-None-Match", tag));
            else if (held.LastModified is { } date) fields.Add(new("If-Modified-Since", date));
        }
        return fields;
    }
}
