using System.Net;
using System.Net.Http.Headers;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.TestKit;

/// <summary>The faults are faults, and the rest is a good server: judged by the platform's own client.</summary>
public sealed class FaultyOriginTests : IAsyncLifetime
{
    private readonly FaultyOrigin _origin = FaultyOrigin.Start();
    private readonly HttpClient _client = new();

    public ValueTask InitializeAsync()
    {
        _client.BaseAddress = new Uri(_origin.Address);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _origin.DisposeAsync();
    }

    [Fact]
    public async Task Get_GoodObject_SendsItsBytesWithValidators()
    {
        var reply = OriginReply.Object(7, 300_001);
        _origin.On("/a", reply);

        using var response = await _client.GetAsync("/a");

        Assert.Equal(-1, new BytePattern(7).FirstDifference(0, await response.Content.ReadAsByteArrayAsync()));
        Assert.Equal(300_001, response.Content.Headers.ContentLength);
        Assert.Equal(reply.ETag, response.Headers.ETag!.Tag);
        Assert.Equal(reply.LastModified, response.Content.Headers.LastModified);
        Assert.Equal(300_001, _origin.BytesOf("/a"));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync("/other")).StatusCode);
    }

    [Theory]
    [InlineData(0L, 9L, 0, 10)]
    [InlineData(90L, null, 90, 10)]
    [InlineData(null, 5L, 95, 5)]
    [InlineData(90L, 400L, 90, 10)]
    public async Task Get_Range_SendsThatPart(long? from, long? to, int offset, int count)
    {
        _origin.On("/a", OriginReply.Object(3, 100));

        var (status, body) = await GetAsync("/a", request => request.Headers.Range = new RangeHeaderValue(from, to));

        Assert.Equal(HttpStatusCode.PartialContent, status);
        Assert.Equal(new BytePattern(3).Bytes(offset, count), body);
    }

    [Fact]
    public async Task Get_RangeBeyondTheEnd_Is416WithTheLength()
    {
        _origin.On("/a", OriginReply.Object(3, 100));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { Range = new RangeHeaderValue(100, null) } };

        using var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal("bytes */100", response.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task Get_Conditions_AreHonouredOrIgnoredAsTold()
    {
        var reply = OriginReply.Object(3, 100);
        _origin.On("/a", reply).On("/deaf", reply with { IgnoreConditions = true });
        void None(HttpRequestMessage request) => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(reply.ETag!));
        void Match(HttpRequestMessage request) => request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"other\""));
        void OtherRange(HttpRequestMessage request)
        {
            request.Headers.Range = new RangeHeaderValue(0, 1);
            request.Headers.IfRange = new RangeConditionHeaderValue("\"other\"");
        }

        Assert.Equal(HttpStatusCode.NotModified, (await GetAsync("/a", None)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await GetAsync("/a", Match)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/a", OtherRange)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/deaf", None)).Status);
        Assert.Equal(HttpStatusCode.PartialContent, (await GetAsync("/deaf", OtherRange)).Status);
    }

    [Fact]
    public async Task Get_IgnoredRange_Is200WithEverything()
    {
        _origin.On("/a", OriginReply.Object(3, 100) with { IgnoreRange = true });

        var (status, body) = await GetAsync("/a", request => request.Headers.Range = new RangeHeaderValue(5, 6));

        Assert.Equal((HttpStatusCode.OK, 100), (status, body.Length));
    }

    [Fact]
    public async Task Get_CutOrShortBody_FailsAtTheClient()
    {
        _origin.On("/cut", OriginReply.Object(3, 100_000) with { CutAfter = 40_000 })
            .On("/short", OriginReply.Object(3, 100) with { LengthLie = 50 })
            .On("/closed", OriginReply.Object(3, 100) with { ClosesInsteadOfAnswering = true });

        foreach (var path in (string[])["/cut", "/short", "/closed"])
            await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetByteArrayAsync(path));
        Assert.Equal(40_000, _origin.BytesOf("/cut"));
    }

    [Fact]
    public async Task Get_LongerThanSaid_SendsTheWholeBodyAllTheSame()
    {
        _origin.On("/long", OriginReply.Object(3, 100) with { LengthLie = -60 });

        var answer = await RawHttp.GetAsync(new Uri(_origin.Address), "/long");

        Assert.Equal(40, answer.Body.Length);
        Assert.Equal(100, _origin.BytesOf("/long"));
    }

    [Fact]
    public async Task Get_ChunkedBody_HasNoLengthAndAllItsBytes()
    {
        _origin.On("/a", OriginReply.Object(9, 700_000) with { Chunked = true });

        using var response = await _client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead);

        Assert.Null(response.Content.Headers.ContentLength);
        Assert.Equal(-1, new BytePattern(9).FirstDifference(0, await response.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Get_HeldBody_StopsThereUntilReleased()
    {
        var release = new TaskCompletionSource();
        _origin.On("/a", OriginReply.Object(9, 100) with { HoldAfter = 30, Held = release.Task });
        using var response = await _client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[30]);
        var next = body.ReadAsync(new byte[1]).AsTask();
        Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System)));

        release.SetResult();

        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task Get_NeverAnswered_EndsWithTheClientsPatience()
    {
        _origin.On("/a", OriginReply.Object(9, 100) with { NeverAnswers = true });
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetAsync("/a", patience.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_WithABody_IsNotTakenForTheNextRequest(bool chunked)
    {
        _origin.On("/a", OriginReply.Text("here"));
        using var post = new HttpRequestMessage(HttpMethod.Post, "/a") { Content = new StringContent(new string('x', 200_000)) };
        post.Headers.TransferEncodingChunked = chunked;

        using var answer = await _client.SendAsync(post);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("here", await _client.GetStringAsync("/a"));
        Assert.Equal(["POST", "GET"], _origin.Calls.Select(call => call.Method));
    }

    [Fact]
    public async Task Once_TwoReplies_AreUsedInOrderThenTheUsualOne()
    {
        _origin.On("/a", OriginReply.Text("usual")).Once("/a", OriginReply.Error(503)).Once("/a", OriginReply.Text("second"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync("/a")).StatusCode);
        Assert.Equal("second", await _client.GetStringAsync("/a"));
        Assert.Equal("usual", await _client.GetStringAsync("/a"));
        Assert.Equal([503, 200, 200], _origin.CallsOf("/a").Select(call => call.Status));
    }

    [Fact]
    public async Task GoDown_ThenUp_RefusesThenServesOnTheSamePort()
    {
        _origin.On("/a", OriginReply.Text("here"));
        await _client.GetStringAsync("/a");

        await _origin.GoDownAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync("/a"));
        _origin.GoUp();

        Assert.Equal("here", await _client.GetStringAsync("/a"));
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(string path, Action<HttpRequestMessage> shape)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        shape(request);
        using var response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }
}
