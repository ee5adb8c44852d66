using System.Diagnostics;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Sluice.Integration.Tests.S3;
using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Downloads;

/// <summary>A bucket of a test's own on the real server, a cache directory, and a folder for temporary files.</summary>
internal sealed class DownloadBed : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly S3Bed server;

    private DownloadBed(S3Bed server)
    {
        this.server = server;
        Cache = Path.Combine(folder.Path, "cache");
        Temporary = Directory.CreateDirectory(Path.Combine(folder.Path, "tmp")).FullName;
        Environment = new()
        {
            ["AWS_ACCESS_KEY_ID"] = server.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = server.Server.SecretKey, ["AWS_REGION"] = server.Server.Region,
            ["AWS_ENDPOINT_URL"] = server.Server.Endpoint.ToString(), ["CACHE_DIR"] = Cache, ["TMPDIR"] = Temporary,
        };
    }

    public string Bucket { get; } = "downloads-" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>The cache directory; nothing is there yet.</summary>
    public string Cache { get; set; }

    public string Temporary { get; }

    /// <summary>What processes are started with.</summary>
    public Dictionary<string, string> Environment { get; }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<DownloadBed> MakeAsync()
    {
        var bed = new DownloadBed(await S3Bed.GetAsync());
        await bed.server.Client.PutBucketAsync(bed.Bucket, Stop);
        return bed;
    }

    public string Url(string key) => $"s3://{Bucket}/{key}";

    public string FileOf(string name) => folder.FileOf(name);

    /// <summary>Puts an object of pattern bytes; the bytes.</summary>
    public async Task<byte[]> PutAsync(string key, ulong seed, int length)
    {
        var bytes = new BytePattern(seed).Bytes(0, length);
        await server.Client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false }, Stop);
        return bytes;
    }

    /// <summary>Puts an object in parts of 5 MiB, so that its ETag is no MD5.</summary>
    public async Task<byte[]> PutInPartsAsync(string key, ulong seed, int length)
    {
        const int part = 5 << 20;
        var bytes = new BytePattern(seed).Bytes(0, length);
        var upload = await server.Client.InitiateMultipartUploadAsync(Bucket, key, Stop);
        var tags = new List<PartETag>();
        for (var (at, number) = (0, 1); at < length; at += part, number++)
        {
            var answer = await server.Client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = Bucket, Key = key, UploadId = upload.UploadId, PartNumber = number, InputStream = new MemoryStream(bytes, at, Math.Min(part, length - at)), UseChunkEncoding = false,
            }, Stop);
            tags.Add(new(number, answer.ETag));
        }
        await server.Client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = Bucket, Key = key, UploadId = upload.UploadId, PartETags = tags }, Stop);
        return bytes;
    }

    public Task DeleteAsync(string key) => server.Client.DeleteObjectAsync(Bucket, key, Stop);

    /// <summary>A cache in this process.</summary>
    public S3DownloadCache Open(Func<S3DownloadCacheOptions, S3DownloadCacheOptions>? change = null)
    {
        var options = new S3DownloadCacheOptions { Directory = Cache, Endpoint = server.Server.Endpoint, Region = server.Server.Region };
        return new(change?.Invoke(options) ?? options);
    }

    /// <summary>What a caller named in the profiles wants.</summary>
    public static S3DownloadOptions As(string profile) => new() { Profile = profile };

    /// <summary>Runs <c>sluice</c>.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => SluiceProgram.RunAsync(arguments, Environment, TimeSpan.FromSeconds(120));

    /// <summary>Runs <c>sluice get --json</c>; what it wrote.</summary>
    public async Task<JsonNode> GetAsync(params string[] arguments)
    {
        var result = await RunAsync(["get", "--json", .. arguments]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonNode.Parse(result.Output)!;
    }

    /// <summary>samples/batch-downloads in a process of its own.</summary>
    public Process StartBatch(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Tool.Sample("batch-downloads"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Requests that this process sends to the bucket from now on, by status.</summary>
    public RequestCount CountRequests() => new("s3:" + Bucket);

    /// <summary>Files of the cache directory, beside the index's, with their lengths.</summary>
    public Dictionary<string, long> Files()
    {
        var files = new Dictionary<string, long>();
        if (!Directory.Exists(Cache)) return files;
        foreach (var file in new DirectoryInfo(Cache).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true }))
        {
            var name = Path.GetRelativePath(Cache, file.FullName);
            try
            {
                if (!name.StartsWith("index.db", StringComparison.Ordinal) && !name.StartsWith("owners", StringComparison.Ordinal)) files[name] = file.Length;
            }
            catch (FileNotFoundException)
            {
                // Gone since it was listed.
            }
        }
        return files;
    }

    public void Dispose() => folder.Dispose();
}
