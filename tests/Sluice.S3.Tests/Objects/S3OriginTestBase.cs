using Sluice.Core.Origins;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.Objects;

/// <summary>An origin for the bucket "media" on a loopback server that answers as each test says.</summary>
public abstract class S3OriginTestBase(DateTimeOffset? now = null) : IAsyncDisposable
{
    internal static readonly S3Credentials Owner = new("AKIAOWNER", "sesame-secret");

    private readonly List<IDisposable> made = [];

    protected FaultyOrigin Server { get; } = FaultyOrigin.Start();

    protected ManualTimeProvider Clock { get; } = now is { } start ? new(start) : new();

    internal RecordingLogger Log { get; } = new();

    private protected S3Origin Origin(IPresignedUrls urls) => Origin(null, urls);

    private protected S3Origin Origin(Func<S3OriginOptions, S3OriginOptions>? change = null, params S3Credentials[] credentials) => Origin(change, null, credentials);

    private S3Origin Origin(Func<S3OriginOptions, S3OriginOptions>? change, IPresignedUrls? urls, params S3Credentials[] credentials)
    {
        var options = new S3OriginOptions { Bucket = "media", Endpoint = new Uri(Server.Address), Region = "eu-north-1", RetryPause = TimeSpan.Zero };
        if (change is not null) options = change(options);
        var origin = new S3Origin(options, new FixedCredentials(credentials.Length == 0 ? [Owner] : credentials), S3Origin.Handler(options, Clock), Clock, Log, urls);
        made.Add(origin);
        return origin;
    }

    private protected static async Task<byte[]> BytesOf(OriginResponse response)
    {
        using var bytes = new MemoryStream();
        await response.Body.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }

    protected static OriginRequest Get(string path) => new() { Path = path };

    protected static OriginReply Refusal(int status, string code, params KeyValuePair<string, string>[] headers) => new()
    {
        Status = status, Headers = headers, ContentType = "application/xml",
        Body = OriginBody.Of(code.Length == 0 ? "" : $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message/><StringToSign>sesame</StringToSign></Error>"),
    };

    /// <summary>Lets a request that is under way get as far as <paramref name="reached"/>.</summary>
    protected static async Task Until(Func<bool> reached)
    {
        while (!reached())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        made.ForEach(one => one.Dispose());
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
