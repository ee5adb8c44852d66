// A batch job over objects of a bucket: each is fetched once, however many jobs and processes want it, and found on disk the next time.
// The work here is a checksum; think of a transcription, a probe, an index.
//
//   export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-central-1    (and AWS_ENDPOINT_URL where it is not AWS)
//   dotnet run --project samples/batch-downloads -- s3://media/reference.wav s3://media/a.mp4 s3://media/b.mp4
//   dotnet run --project samples/batch-downloads -- --parallel 8 --trust s3://media/a.mp4 ...     more at a time; do not ask whether files are current
//   CACHE_MAX_SIZE_MB=2000 CACHE_DIR=/srv/downloads dotnet run ...                                the cache's settings: docs/downloads.md
using System.Security.Cryptography;
using Sluice.S3.Downloads;

var (urls, parallel, validate) = (new List<string>(), 4, true);
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--parallel") parallel = int.Parse(args[++i]);
    else if (args[i] == "--trust") validate = false;
    else urls.Add(args[i]);
}

// One cache for the process, made at its first use and closed by itself at the end, on Ctrl-C and SIGTERM too.
var cache = S3DownloadCache.Shared;
var failed = 0;
await Parallel.ForEachAsync(urls, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (url, stop) =>
{
    try
    {
        var file = await cache.FetchAsync(url, new S3DownloadOptions { ValidateETag = validate }, stop);
        await using var stream = File.OpenRead(file.Path);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stop));
        Console.WriteLine($"{hash}  {url}  {file.Outcome}");
    }
    catch (S3DownloadException failure)
    {
        Interlocked.Increment(ref failed);
        Console.Error.WriteLine(failure.Message);
    }
});

var stats = cache.GetStatistics();
Console.Error.WriteLine($"{urls.Count - failed} of {urls.Count} done; the cache holds {stats.EntryCount} files, {stats.TotalSize >> 20} MiB; {stats.HitRate:P0} of all calls so far were hits");
return failed == 0 ? 0 : 1;
