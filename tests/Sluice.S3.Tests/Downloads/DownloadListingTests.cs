using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Listings that are not what S3 gives: a part is never taken for the whole.</summary>
public sealed class DownloadListingTests : IAsyncDisposable
{
    private readonly DownloadBed bed = new();

    private static OriginReply Page(string rest, string encoding = "<EncodingType>url</EncodingType>") => new()
    {
        Status = 200, ContentType = "application/xml",
        Body = OriginBody.Of($"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Contents><Key>a+b%2Bc</Key><Size>3</Size></Contents>{encoding}{rest}</ListBucketResult>"),
    };

    [Theory]
    [InlineData("<IsTruncated>false</IsTruncated>")]
    [InlineData("<IsTruncated>false</IsTruncated><NextContinuationToken/>")]
    [InlineData("")]
    public async Task List_LastPage_Ends(string rest)
    {
        bed.Server.On("/media/", Page(rest));

        Assert.Equal(["s3://media/a b+c"], await ListAsync());
        Assert.Single(bed.Server.Calls);
    }

    // VersityGW and old MinIO pass over encoding-type; then "+" and "%" are the key's own.
    [Fact]
    public async Task List_ServerThatEncodesNothing_GivesTheKeysAsTheyAre()
    {
        bed.Server.On("/media/", Page("", encoding: ""));

        Assert.Equal(["s3://media/a+b%2Bc"], await ListAsync());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, false)]
    public async Task List_PageBrokenOffInItsMiddle_IsAskedForAgain(int times, bool arrives)
    {
        // Beyond what is taken of an answer before it is given.
        var page = Page(new string(' ', 20_000));
        bed.Server.On("/media/", page);
        for (var i = 0; i < times; i++) bed.Server.Once("/media/", page with { CutAfter = 10_000 });

        if (arrives) Assert.Single(await ListAsync());
        else Assert.Equal(S3DownloadFailure.Network, (await Assert.ThrowsAsync<S3DownloadException>(ListAsync)).Failure);
    }

    [Theory]
    [InlineData("<IsTruncated>true</IsTruncated>", "not as S3 does")]
    [InlineData("<IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>", "not as S3 does")]
    [InlineData("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>", "again and again")]
    public async Task List_MoreThatCannotBeAskedFor_Fails(string rest, string reason)
    {
        bed.Server.On("/media/", Page(rest));

        var failure = await Assert.ThrowsAsync<S3DownloadException>(ListAsync);

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_OnTheThreadOfAWindow_Ends()
    {
        bed.Server.On("/media/", Page(""));
        var cache = bed.Open();

        Assert.True(WindowThread.Run(() => Assert.Single(cache.ListAsync("s3://media").ToBlockingEnumerable())));
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    private async Task<List<string>> ListAsync()
    {
        var found = new List<string>();
        await foreach (var (url, _) in bed.Open().ListAsync("s3://media", cancellation: TestContext.Current.CancellationToken)) found.Add(url);
        return found;
    }
}
