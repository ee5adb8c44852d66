using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.S3.Objects;

namespace Sluice.Integration.Tests.S3;

/// <summary>A bucket of our own on the S3 server, objects under awkward keys in it, and a profile for each kind of caller.</summary>
internal sealed class S3Bed
{
    /// <summary>Keys that a careless encoder gets wrong.</summary>
    public static readonly string[] Keys =
    [
        "plain.txt", "a b.mp4", "a+b.mp4", "100%.mp4", "%41.mp4", "a//b", "deep/er/file.ts", "what?.mp4", "half#.mp4", "it's \"quoted\".mp4",
        "'()*!", "é ü.mp4", "日本/🎬.mp4", "~-._", "a&b=c;d,e:f@g$", "[x]{y}|z\\^`<>", "trailing/", "e%2Fscaped", "…",
    ];

    private static readonly string Profiles = Path.Combine(Path.GetTempPath(), $"sluice-profiles-{Environment.ProcessId}");

    private static readonly Lazy<Task<S3Bed>> One = new(MakeAsync);

    private S3Bed(S3Server server) => Server = server;

    public S3Server Server { get; }

    public string Bucket { get; } = "sluice-" + Guid.NewGuid().ToString("N")[..12];

    public required AmazonS3Client Client { get; init; }

    /// <summary>The bed, made once; skips the test where there is no S3 server.</summary>
    public static Task<S3Bed> GetAsync()
    {
        Require.S3();
        return One.Value;
    }

    /// <summary>What lies under a key.</summary>
    public static byte[] Content(string key) => Enumerable.Range(0, 50).SelectMany(i => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{i}{key}"))).ToArray();

    /// <summary>An origin as an operator would make it, by profile: owner, stranger, wrong-secret or unknown.</summary>
    public S3Origin Origin(string? profile = "owner", Func<S3OriginOptions, S3OriginOptions>? change = null, TimeProvider? time = null, ILogger<S3Origin>? log = null)
    {
        var options = new S3OriginOptions { Bucket = Bucket, Endpoint = Server.Endpoint, Region = Server.Region, Profile = profile, Anonymous = profile is null };
        return S3Origin.Create(change?.Invoke(options) ?? options, time ?? TimeProvider.System, log ?? NullLogger<S3Origin>.Instance);
    }

    public async Task PutAsync(string key, byte[] content, Action<PutObjectRequest>? change = null)
    {
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(content), UseChunkEncoding = false };
        change?.Invoke(request);
        await Client.PutObjectAsync(request);
    }

    private static async Task<S3Bed> MakeAsync()
    {
        var server = Require.S3();
        var client = new AmazonS3Client(new BasicAWSCredentials(server.AccessKey, server.SecretKey), new AmazonS3Config
        {
            ServiceURL = server.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = server.Region,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        var bed = new S3Bed(server) { Client = client };
        await client.PutBucketAsync(bed.Bucket);
        foreach (var key in Keys) await bed.PutAsync(key, Content(key));
        return bed;
    }

    /// <summary>The SDK looks for its files once, before its first client, whichever test makes that.</summary>
    [ModuleInitializer]
    internal static void NameProfiles()
    {
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", Profiles);
        WriteProfiles();
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => File.Delete(Profiles);
    }

    private static void WriteProfiles()
    {
        if (Environment.GetEnvironmentVariable("S3_SECRET_KEY") is not { Length: > 0 } secret) return;
        File.WriteAllText(Profiles, $"""
            [owner]
            aws_access_key_id = {Environment.GetEnvironmentVariable("S3_ACCESS_KEY")}
            aws_secret_access_key = {secret}
            [stranger]
            aws_access_key_id = {Environment.GetEnvironmentVariable("S3_STRANGER_ACCESS_KEY")}
            aws_secret_access_key = {Environment.GetEnvironmentVariable("S3_STRANGER_SECRET_KEY")}
            [wrong-secret]
            aws_access_key_id = {Environment.GetEnvironmentVariable("S3_ACCESS_KEY")}
            aws_secret_access_key = {secret[..^1]}{(secret[^1] == 'a' ? 'b' : 'a')}
            [unknown]
            aws_access_key_id = NOBODY
            aws_secret_access_key = none

            """);
    }
}
