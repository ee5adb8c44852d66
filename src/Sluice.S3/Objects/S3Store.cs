using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Microsoft.Extensions.Logging;
using Sluice.Core.Storage;
using Sluice.S3.Credentials;
using Sluice.S3.Downloads;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3.Objects;

/// <summary>A bucket as a place to put files into, through the AWS SDK (large files in parts), and to take them from, through the download cache. Clients may upload straight to it.</summary>
public sealed class S3Store : IObjectStore, IAsyncDisposable
{
    private readonly AmazonS3Client client;
    private readonly IPresignedUrls uploads;
    private readonly S3DownloadCache downloads;
    private readonly S3DownloadOptions access;
    private readonly string bucket, prefix;

    private S3Store(AmazonS3Client client, IPresignedUrls uploads, S3DownloadCache downloads, S3OriginOptions options)
    {
        (this.client, this.uploads, this.downloads, bucket) = (client, uploads, downloads, options.Bucket);
        access = new S3DownloadOptions { Profile = options.Profile };
        prefix = options.Prefix.Length == 0 || options.Prefix.EndsWith('/') ? options.Prefix : options.Prefix + "/";
        Name = new S3Location(options.Bucket, options.Prefix).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>A store over a bucket.</summary>
    /// <exception cref="ArgumentException">The options will not do; the message says why.</exception>
    public static S3Store Create(S3StoreOptions given, TimeProvider time, ILoggerFactory logging)
    {
        var options = given.Bucket;
        AwsHttpClients.Prepare();
        // A new URL for each upload, valid for as long as was asked: not the shared ones that readers get.
        var uploads = SluiceS3Services.CreatePresignedUrls(given.UploadEndpoint is { } outside ? options with { Endpoint = outside } : options, new PresignedUrlsOptions { Stable = false }, null, time, logging);
        var server = options.Endpoint ?? AwsSettings.Endpoint(options.Profile);
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region ?? AwsSettings.Region(options.Profile, server),
            Timeout = TimeSpan.FromMinutes(10),
            // Servers other than Amazon's need not know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Profile is not null) config.Profile = new Amazon.Profile(options.Profile);
        if (server is not null)
        {
            config.ServiceURL = server.ToString();
            config.ForcePathStyle = options.ForcePathStyle ?? AwsSettings.PathStyle(options.Profile, options.Bucket) ?? true;
        }
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(config.AuthenticationRegion);
        AmazonS3Client client = options.Anonymous ? new(new AnonymousAWSCredentials(), config)
            : options.Credentials is { } own ? new(own, config)
            : options.AccessKeyVariable is not null ? new(ChainCredentials.FromVariables(options), config) : new(config);
        if (options.RequesterPays) client.BeforeRequestEvent += (_, request) => ((WebServiceRequestEventArgs)request).Headers[PresignTarget.RequesterPays.Name] = PresignTarget.RequesterPays.Value;
        // The whole of the bucket's settings, of which a caller of the download cache can give only some.
        var downloads = new S3DownloadCache(given.Downloads, time, logging.CreateLogger<S3DownloadCache>())
        {
            Connect = (_, clock, log) => new DownloadSource(options with { Prefix = "" }, S3Origin.Credentials(options, clock, log), clock, log),
        };
        return new S3Store(client, uploads, downloads, options);
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default) => AskAsync<long?>("looked up", key, async () =>
    {
        try
        {
            return (await client.GetObjectMetadataAsync(bucket, prefix + key, cancellation)).ContentLength;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            await CheckBucketAsync(cancellation);
            return null;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            // HEAD is refused without a reason; GET is told one.
            using var told = await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = prefix + key, ByteRange = new ByteRange(0, 0) }, cancellation);
            throw;
        }
    }, cancellation);

    /// <inheritdoc/>
    /// <remarks>A clone or a hard link of the cached file where the file system can, so that what is asked for again costs two questions to the bucket. What is larger than the cache goes straight to <paramref name="scratch"/>: a folder for temporary files may be smaller still.</remarks>
    public async ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default)
    {
        if (await GetLengthAsync(key, cancellation) is not { } length) return null;
        var (url, file) = ($"s3://{bucket}/{prefix}{key}", Path.Combine(scratch, "source"));
        try
        {
            if (length > downloads.Options.MaximumBytes) await downloads.FetchPastAsync(url, file, access, cancellation);
            else await downloads.CopyToAsync(url, file, access, cancellation);
            return file;
        }
        catch (S3DownloadException e) when (e.Failure == S3DownloadFailure.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default) => await AskAsync("stored", key, async () =>
    {
        using var transfer = new TransferUtility(client);
        await transfer.UploadAsync(new TransferUtilityUploadRequest { BucketName = bucket, Key = prefix + key, FilePath = file, ContentType = contentType }, cancellation);
        return true;
    }, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = this.prefix + prefix };
        ListObjectsV2Response page;
        do
        {
            page = await AskAsync("listed", prefix, () => client.ListObjectsV2Async(request, cancellation), cancellation);
            foreach (var found in page.S3Objects ?? []) yield return found.Key[this.prefix.Length..];
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string key, CancellationToken cancellation = default) =>
        await AskAsync("deleted", key, () => client.DeleteObjectAsync(bucket, prefix + key, cancellation), cancellation);

    /// <inheritdoc/>
    public async ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default)
    {
        try
        {
            // One leading slash is the caller's, so that the key may begin with one.
            return new Uri((await uploads.GetAsync("/" + key, new PresignOptions { Method = "PUT", Expires = TimeSpan.FromSeconds(Math.Ceiling(validity.TotalSeconds)) }, cancellation)).Url);
        }
        catch (PresignedUrlException e)
        {
            throw new IOException($"No upload URL can be made for {Name}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await downloads.DisposeAsync();
        if (uploads is IAsyncDisposable urls) await urls.DisposeAsync();
    }

    /// <summary>A server that was started without its disk, or another one, has no object either; the answer about one does not tell.</summary>
    private async Task CheckBucketAsync(CancellationToken cancellation)
    {
        try
        {
            await client.HeadBucketAsync(new HeadBucketRequest { BucketName = bucket }, cancellation);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            throw new StoreAwayException($"There is no bucket {bucket}: check its name, the endpoint and the region.", e);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
        {
            // Whose keys these are may not ask that, or the server does not know the question.
        }
    }

    private async ValueTask<T> AskAsync<T>(string what, string key, Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // A limit of the SDK's own passed, as for where credentials come from.
            throw new StoreAwayException($"{key} could not be {what} in {Name}: no answer in time, of the server or of what gives the credentials.", e);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or ProcessAWSCredentialException or HttpRequestException or UnauthorizedAccessException or TimeoutException or IOException and not StoreAwayException)
        {
            var message = $"{key} could not be {what} in {Name}: {Reason(e)}";
            throw IsAway(e) ? new StoreAwayException(message, e) : new IOException(message, e);
        }
    }

    // Of TLS the outer one says "see inner exception".
    private static string Reason(Exception failure) => failure is HttpRequestException or { InnerException: HttpRequestException } ? failure.GetBaseException().Message
        : failure is AmazonServiceException refusal && IsStranger(refusal) ? S3Verdict.For((int)refusal.StatusCode, refusal.ErrorCode, anonymous: false, conditional: false).Hint!
        // Some servers, such as Ceph, write no message beside the code.
        : failure is AmazonServiceException { Message.Length: 0 } mute ? $"the server answered {(int)mute.StatusCode} {mute.ErrorCode}" : failure.Message;

    // Keys that are not known, not any more, or not yet: nothing can be had with them, whatever it is.
    private static bool IsStranger(AmazonServiceException refusal) => refusal.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        && refusal.ErrorCode is "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "RequestTimeTooSkewed" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired";

    // Of a connection that breaks the SDK throws the IOException itself, as with a proxy whose server is away; where there are no credentials, no server was asked at all.
    private static bool IsAway(Exception failure) => failure is HttpRequestException or TimeoutException or AmazonClientException or ProcessAWSCredentialException or (IOException and not FileNotFoundException and not DirectoryNotFoundException)
        or AmazonServiceException { StatusCode: 0 or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError }
        || (failure is AmazonServiceException refusal && IsStranger(refusal));
}
