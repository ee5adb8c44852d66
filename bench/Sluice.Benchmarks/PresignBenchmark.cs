using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.S3;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;

namespace Sluice.Benchmarks;

/// <summary>A presigned URL from the AWS SDK, from our signer, from our service outside its cache, from the cache, and put together again after its text was let go.</summary>
[MemoryDiagnoser]
public class PresignBenchmark
{
    private const int Paths = 1024;
    private static readonly PresignOptions Get = PresignOptions.Default;
    private readonly string[] paths = [.. Enumerable.Range(0, Paths).Select(i => $"videos/2026/film-{i:D7}.mp4")];
    private AmazonS3Client sdk = null!;
    private IPresignedUrls direct = null!;
    private IPresignedUrls cached = null!;
    private IPresignedUrls compact = null!;
    private readonly PresignTarget target = PresignTarget.Create(new S3OriginOptions { Bucket = "media", Region = "eu-central-1" });
    private readonly S3Credentials credentials = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private readonly DateTimeOffset at = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private int next;

    [GlobalSetup]
    public void Make()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        sdk = new(new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), new AmazonS3Config { RegionEndpoint = RegionEndpoint.EUCentral1 });
        direct = Urls(new() { Share = 0 });
        cached = Urls(new());
        compact = Urls(new() { ReadyUrls = 1 });
        foreach (var path in paths)
        {
            Ask(cached, path);
            Ask(compact, path);
        }
    }

    [Benchmark(Baseline = true)]
    public string Sdk() => sdk.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = "media", Key = Next(), Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) });

    [Benchmark]
    public string Signature() => target.Url(new PresignKey(Next(), Get), credentials, at, TimeSpan.FromHours(1));

    [Benchmark]
    public string Signed() => Ask(direct, Next());

    [Benchmark]
    public string Cached() => Ask(cached, Next());

    [Benchmark]
    public string CachedAndPutTogether() => Ask(compact, Next());

    private static IPresignedUrls Urls(PresignedUrlsOptions options) =>
        SluiceS3Services.CreatePresignedUrls(new S3OriginOptions { Bucket = "media", Region = "eu-central-1" }, options, null, TimeProvider.System, NullLoggerFactory.Instance);

    private static string Ask(IPresignedUrls urls, string path)
    {
        var asked = urls.GetAsync(path, Get);
        return (asked.IsCompletedSuccessfully ? asked.Result : asked.AsTask().GetAwaiter().GetResult()).Url;
    }

    private string Next() => paths[next = (next + 379) % Paths];
}
