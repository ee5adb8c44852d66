using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.S3;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

namespace Sluice.Benchmarks;

/// <summary>Processor time for a URL of the AWS SDK, of our service outside its cache, and out of the cache, in turns the least of its rounds, since whatever else runs on the machine only adds; for bench/load. Prints nanoseconds and bytes allocated for each URL as JSON.</summary>
internal static class PresignSpeed
{
    private const string Key = "AKIAIOSFODNN7EXAMPLE", Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const int Paths = 1000;

    public static void Run(int rounds)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Key);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Secret);
        var paths = Enumerable.Range(0, Paths).Select(i => $"videos/2026/film-{i:D7}.mp4").ToArray();
        using var sdk = new AmazonS3Client(new BasicAWSCredentials(Key, Secret), new AmazonS3Config { RegionEndpoint = RegionEndpoint.EUCentral1 });
        var (direct, cached) = (Urls(new() { Share = 0 }), Urls(new()));
        (string Name, Func<string, string> Ask, int Batch)[] ways =
        [
            ("sdk", path => sdk.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = "media", Key = path, Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) }), 50),
            ("signed", path => Url(direct, path), 1_000),
            ("cached", path => Url(cached, path), 10_000),
        ];
        var times = ways.ToDictionary(way => way.Name, _ => new List<double>());
        var bytes = new Dictionary<string, long>();
        // Not counted: the compiler takes a while to see what is hot.
        for (var i = 0; i < 1000; i++)
            foreach (var way in ways) Measure(way.Ask, way.Batch, paths);
        for (var i = 0; i < rounds; i++)
        {
            foreach (var (name, ask, batch) in ways)
            {
                var (time, allocated) = Measure(ask, batch, paths);
                times[name].Add(time);
                bytes[name] = allocated;
            }
        }
        Console.WriteLine($"{{{string.Join(", ", ways.Select(way => FormattableString.Invariant($"\"{way.Name}\": {{\"ns\": {times[way.Name].Min():0.0}, \"bytes\": {bytes[way.Name]}}}")))}}}");
    }

    private static (double Nanoseconds, long Bytes) Measure(Func<string, string> ask, int batch, string[] paths)
    {
        // Processor time: who else wants the processor does not count.
        var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < batch; i++) ask(paths[i * 379 % Paths]);
        return ((Environment.CpuUsage.TotalTime - started).TotalNanoseconds / batch, (GC.GetAllocatedBytesForCurrentThread() - allocated) / batch);
    }

    private static IPresignedUrls Urls(PresignedUrlsOptions options) =>
        SluiceS3Services.CreatePresignedUrls(new S3OriginOptions { Bucket = "media", Region = "eu-central-1" }, options, null, TimeProvider.System, NullLoggerFactory.Instance);

    private static string Url(IPresignedUrls urls, string path)
    {
        var asked = urls.GetAsync(path);
        return (asked.IsCompletedSuccessfully ? asked.Result : asked.AsTask().GetAwaiter().GetResult()).Url;
    }
}
