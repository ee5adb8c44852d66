using Microsoft.Extensions.Logging.Abstractions;
using Sluice.S3;
using Sluice.S3.Objects;

namespace Sluice.Benchmarks;

/// <summary>What a million presigned URLs take.</summary>
internal static class PresignMemory
{
    public static async Task RunAsync(int count)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        var urls = SluiceS3Services.CreatePresignedUrls(new S3OriginOptions { Bucket = "media", Region = "eu-central-1" }, new(), null, TimeProvider.System, NullLoggerFactory.Instance);
        await urls.GetAsync("first");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 1; i < count; i++) await urls.GetAsync($"videos/2026/film-{i:D7}.mp4");
        var after = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine($"{urls.GetStatistics().Entries} entries take {(after - before) / 1e6:0} MB, {(after - before) / (double)count:0} bytes each");
        GC.KeepAlive(urls);
    }
}
