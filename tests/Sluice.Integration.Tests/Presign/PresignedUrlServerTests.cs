using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Integration.Tests.S3;
using Sluice.S3;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>TST-03: what a real S3 server says to our URLs, unchanged and tampered with.</summary>
public sealed class PresignedUrlServerTests : IDisposable
{
    private static readonly PresignOptions Minute = new() { Expires = TimeSpan.FromMinutes(1) };
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Get_AwkwardKeys_AreTheObjects()
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed);
        foreach (var key in S3Bed.Keys.Append("..").Append("a/../b").Append("./c"))
        {
            if (!S3Bed.Keys.Contains(key)) await PutByUrlAsync(urls, key, S3Bed.Content(key));
            using var answer = await SendAsync(HttpMethod.Get, await UrlAsync(urls, "/" + key));
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{key}: {answer.StatusCode}");
            Assert.Equal(S3Bed.Content(key), await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Get_SameUrlManyTimesAndByRange_StaysValid() // PRE-01
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed, new() { Stable = false });
        for (var i = 0; i < 5; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Raw(await UrlAsync(urls, "plain.txt")));
            request.Headers.Range = new RangeHeaderValue(i, i + 9);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            Assert.Equal(S3Bed.Content("plain.txt")[i..(i + 10)], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(1, urls.GetStatistics().Signatures);
    }

    [Fact]
    public async Task Url_TamperedWith_IsRefused()
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed);
        var options = new PresignOptions { Expires = TimeSpan.FromMinutes(1), Query = new Dictionary<string, string> { ["response-content-disposition"] = "attachment; filename=\"a b.txt\"" } };
        var url = await UrlAsync(urls, "plain.txt", options);
        using (var good = await SendAsync(HttpMethod.Get, url))
        {
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
            Assert.Equal("attachment; filename=\"a b.txt\"", good.Content.Headers.ContentDisposition!.ToString());
        }
        var last = url[^1] == '0' ? '1' : '0';
        await RefusedAsync(HttpMethod.Get, url[..^1] + last, "another signature");
        await RefusedAsync(HttpMethod.Get, url.Replace("/plain.txt?", "/a%20b.mp4?", StringComparison.Ordinal), "another key");
        await RefusedAsync(HttpMethod.Get, url.Replace("X-Amz-Expires=60", "X-Amz-Expires=6000", StringComparison.Ordinal), "stretched expiry");
        await RefusedAsync(HttpMethod.Get, url.Replace("a%20b.txt", "evil.exe", StringComparison.Ordinal), "changed override");
        await RefusedAsync(HttpMethod.Get, url + "&response-content-type=text%2Fhtml", "added override");
        await RefusedAsync(HttpMethod.Put, url, "GET used for PUT");
        await RefusedAsync(HttpMethod.Delete, url, "GET used for DELETE");
        await RefusedAsync(HttpMethod.Get, await UrlAsync(urls, "plain.txt", new() { Method = "PUT", Expires = TimeSpan.FromMinutes(1) }), "PUT used for GET");
    }

    [Fact]
    public async Task Url_PastItsEnd_IsRefused()
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed, new() { Stable = false });
        var url = await UrlAsync(urls, "plain.txt", new() { Expires = TimeSpan.FromSeconds(1) });
        await Eventually.PassAsync(TimeSpan.FromSeconds(2.5));
        await RefusedAsync(HttpMethod.Get, url, "expired");
        using var again = await SendAsync(HttpMethod.Get, await UrlAsync(urls, "plain.txt", Minute));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Put_ByUrl_StoresTheBody_AndHeadWorksByItsOwn()
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed);
        var body = S3Bed.Content("uploaded");
        await PutByUrlAsync(urls, "uploaded here.bin", body);
        using var head = await SendAsync(HttpMethod.Head, await UrlAsync(urls, "uploaded here.bin", new() { Method = "HEAD" }));
        Assert.Equal((HttpStatusCode.OK, body.Length), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("stranger")]
    [InlineData("wrong-secret")]
    [InlineData("unknown")]
    public async Task Get_CredentialsThatMayNot_IsRefusedByTheServer(string profile)
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed, profile: profile);
        await RefusedAsync(HttpMethod.Get, await UrlAsync(urls, "plain.txt"), profile);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_VerifyBeforeUse_HandsOutOnlyWhatTheServerTakes(bool stable) // U076
    {
        var bed = await S3Bed.GetAsync();
        var options = new PresignedUrlsOptions { VerifyBeforeUse = true, Stable = stable };
        await using var urls = Urls(bed, options);
        await using var wrong = Urls(bed, options, "wrong-secret");
        await using var unreachable = Urls(bed, options, "wrong-secret", new Uri("http://127.0.0.1:1"));
        await UrlAsync(urls, "plain.txt");
        await UrlAsync(urls, "plain.txt", new() { Method = "HEAD" });
        var missing = await Assert.ThrowsAsync<PresignedUrlException>(() => UrlAsync(urls, "not there"));
        Assert.Equal(404, missing.Status);
        await UrlAsync(urls, "not there", new() { Method = "PUT" });
        var refused = await Assert.ThrowsAsync<PresignedUrlException>(() => UrlAsync(wrong, "plain.txt"));
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain("X-Amz", refused.Message, StringComparison.Ordinal);
        await UrlAsync(unreachable, "plain.txt");
        Assert.Equal(4, urls.GetStatistics().Signatures);
    }

    [Fact]
    public async Task Get_Anonymous_IsAClearErrorAndNoUrl()
    {
        var bed = await S3Bed.GetAsync();
        await using var urls = Urls(bed, profile: null);
        var refused = await Assert.ThrowsAsync<PresignedUrlException>(async () => await urls.GetAsync("plain.txt", cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("anonymous", refused.Message, StringComparison.Ordinal);
    }

    private static PresignedUrlCacheHandle Urls(S3Bed bed, PresignedUrlsOptions? options = null, string? profile = "owner", Uri? endpoint = null) =>
        new(SluiceS3Services.CreatePresignedUrls(
            new S3OriginOptions { Bucket = bed.Bucket, Endpoint = endpoint ?? bed.Server.Endpoint, Region = bed.Server.Region, Profile = profile, Anonymous = profile is null },
            options ?? new(), null, TimeProvider.System, NullLoggerFactory.Instance));

    private static async Task<string> UrlAsync(PresignedUrlCacheHandle urls, string key, PresignOptions? options = null) =>
        (await urls.GetAsync(key, options, TestContext.Current.CancellationToken)).Url;

    private static Uri Raw(string url) => new(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private async Task PutByUrlAsync(PresignedUrlCacheHandle urls, string key, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Raw(await UrlAsync(urls, key, new() { Method = "PUT", Expires = TimeSpan.FromMinutes(1) }))) { Content = new ByteArrayContent(body) };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url)
    {
        using var request = new HttpRequestMessage(method, Raw(url));
        if (method == HttpMethod.Put) request.Content = new ByteArrayContent([1]);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task RefusedAsync(HttpMethod method, string url, string what)
    {
        using var answer = await SendAsync(method, url);
        Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{what}: {(int)answer.StatusCode}");
    }

    /// <summary>The URLs, with their disposal.</summary>
    private sealed class PresignedUrlCacheHandle(IPresignedUrls urls) : IAsyncDisposable
    {
        public ValueTask<PresignedUrl> GetAsync(string path, PresignOptions? options = null, CancellationToken cancellation = default) => urls.GetAsync(path, options, cancellation);

        public PresignStatistics GetStatistics() => urls.GetStatistics();

        public ValueTask DisposeAsync() => ((IAsyncDisposable)urls).DisposeAsync();
    }
}
