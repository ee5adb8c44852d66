using Amazon.Runtime;
using Sluice.Commands;
using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Commands;

public sealed class GetManyTests : IAsyncDisposable
{
    private readonly FaultyOrigin server = FaultyOrigin.Start();
    private readonly TemporaryFolder folder = new();

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await server.DisposeAsync();
    }

    // Passed over, it would be missing without a word.
    [Fact]
    public async Task List_ObjectWithBytesAndTheNameOfAFolder_IsRefused()
    {
        Assert.Equal([folder.FileOf("a/b")], await TargetsAsync(("p/", 0), ("p/a/", 0), ("p/a/b", 3)));

        Assert.Equal("s3://media/p/a/ has 6 bytes and the name of a folder; fetch it on its own with -o", (await Assert.ThrowsAsync<ArgumentException>(() => TargetsAsync(("p/a/", 6), ("p/a/b", 3)))).Message);
    }

    private async Task<IEnumerable<string?>> TargetsAsync(params (string Key, int Size)[] objects)
    {
        server.On("/media/", new() { Body = OriginBody.Of($"<ListBucketResult>{string.Concat(objects.Select(one => $"<Contents><Key>{one.Key}</Key><Size>{one.Size}</Size></Contents>"))}</ListBucketResult>") });
        await using var cache = new S3DownloadCache(new() { Directory = folder.FileOf("cache"), Endpoint = new(server.Address), Credentials = new BasicAWSCredentials("id", "secret") });
        using var output = new StringWriter();
        var many = new GetMany(new(output, output, new Dictionary<string, string>(), TimeProvider.System), cache, new(), json: false);
        return (await many.ListAsync("s3://media/p/", folder.Path, TestContext.Current.CancellationToken)).Items.Select(item => item.Item2);
    }
}
