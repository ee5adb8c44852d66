using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Microsoft.Extensions.Logging;
using Sluice.Core.Storage;
using Sluice.S3.Credentials;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3.Objects;

/// <summary>A bucket as a place to put files into and take them from, through the AWS SDK (large files in parts). Clients may upload straight to it.</summary>
public sealed class S3Store : IObjectStore, IDisposable
{
    private readonly AmazonS3Client client;
    private readonly IPresignedUrls uploads;
    private readonly string bucket, prefix;

    private S3Store(AmazonS3Client client, IPresignedUrls uploads, S3OriginOptions options)
    {
        (this.client, this.uploads, bucket) = (client, uploads, options.Bucket);
        prefix = options.Prefix.Length == 0 || options.Prefix.EndsWith('/') ? options.Prefix : options.Prefix + "/";
        Name = new S3Location(options.Bucket, options.Prefix).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>A store over a bucket. Region, endpoint and credentials not given are looked up as the AWS tools do.</summary>
    /// <exception cref="ArgumentException">The options will not do; the message says why.</exception>
    public static S3Store Create(S3OriginOptions options, TimeProvider time, ILoggerFactory logging)
    {
        // A new URL for each upload, valid for as long as was asked: not the shared ones that readers get.
        var uploads = SluiceS3Services.CreatePresignedUrls(options, new PresignedUrlsOptions { Stable = false }, null, time, logging);
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region ?? AwsSettings.Region(options.Profile),
            Timeout = TimeSpan.FromMinutes(10),
            // Servers other than Amazon's need not know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Profile is not null) config.Profile = new Amazon.Profile(options.Profile);
        if ((options.Endpoint ?? AwsSettings.Endpoint(options.Profile)) is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.ForcePathStyle = options.ForcePathStyle ?? true;
        }
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(config.AuthenticationRegion);
        return new S3Store(options.Anonymous ? new(new AnonymousAWSCredentials(), config) : new(config), uploads, options);
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
            return null;
        }
    });

    /// <inheritdoc/>
    public ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default) => AskAsync<string?>("fetched", key, async () =>
    {
        try
        {
            using var answer = await client.GetObjectAsync(bucket, prefix + key, cancellation);
            var file = Path.Combine(scratch, "source");
            await using var copy = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
            await answer.ResponseStream.CopyToAsync(copy, 1 << 16, cancellation);
            return copy.Length == answer.ContentLength ? file : throw new IOException($"{Name} sent {copy.Length} of {answer.ContentLength} bytes of {key}.");
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    });

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default) => await AskAsync("stored", key, async () =>
    {
        using var transfer = new TransferUtility(client);
        await transfer.UploadAsync(new TransferUtilityUploadRequest { BucketName = bucket, Key = prefix + key, FilePath = file, ContentType = contentType }, cancellation);
        return true;
    });

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = this.prefix + prefix };
        ListObjectsV2Response page;
        do
        {
            page = await AskAsync("listed", prefix, () => client.ListObjectsV2Async(request, cancellation));
            foreach (var found in page.S3Objects ?? []) yield return found.Key[this.prefix.Length..];
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string key, CancellationToken cancellation = default) =>
        await AskAsync("deleted", key, () => client.DeleteObjectAsync(bucket, prefix + key, cancellation));

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
    public void Dispose() => client.Dispose();

    private async ValueTask<T> AskAsync<T>(string what, string key, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException or UnauthorizedAccessException)
        {
            throw new IOException($"{key} could not be {what} in {Name}: {e.Message}", e);
        }
    }
}
