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
    private Func<string, bool>? ignoresCase;

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

    // As on exFAT: of two files the second took the place of the first, and it was "2 of 2 files".
    [Fact]
    public async Task List_KeysThatDifferInCaseAlone_AreRefusedWhereTheyWouldBeOneFile()
    {
        Assert.Equal(2, (await TargetsAsync(("p/Photo.jpg", 3), ("p/photo.jpg", 3))).Count());

        ignoresCase = _ => true;
        Assert.Single(await TargetsAsync(("p/Photo.jpg", 3)));
        Assert.Contains("s3://media/p/Photo.jpg and s3://media/p/photo.jpg would both be written", (await Assert.ThrowsAsync<ArgumentException>(() => TargetsAsync(("p/Photo.jpg", 3), ("p/photo.jpg", 3)))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private async Task<IEnumerable<string?>> TargetsAsync(params (string Key, int Size)[] objects)
    {
        server.On("/media/", new() { Body = OriginBody.Of($"<ListBucketResult>{string.Concat(objects.Select(one => $"<Contents><Key>{one.Key}</Key><Size>{one.Size}</Size></Contents>"))}</ListBucketResult>") });
        await using var cache = new S3DownloadCache(new() { Directory = folder.FileOf("cache"), Endpoint = new(server.Address), Credentials = new BasicAWSCredentials("id", "secret") });
        using var output = new StringWriter();
        var many = new GetMany(new(output, output, new Dictionary<string, string>(), TimeProvider.System), cache, new(), json: false);
        if (ignoresCase is not null) many.IgnoresCase = ignoresCase;
        return (await many.ListAsync("s3://media/p/", folder.Path, TestContext.Current.CancellationToken)).Items.Select(item => item.Item2);
    }
}
