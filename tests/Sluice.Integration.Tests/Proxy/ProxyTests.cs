using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Proxy;

/// <summary>What the cache is not for goes through whole, both ways, as it arrives.</summary>
public sealed class ProxyTests(AppOrigin origin) : IClassFixture<AppOrigin>
{
    private Uri Edge => origin.Sluice.EdgeAddress;

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("PROPFIND")]
    [InlineData("GET")]
    public async Task Send_BodyWithALength_ArrivesWithThatLength(string method)
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request(method, "/echo", Edge, "Content-Length: 5") + "hello");
        Assert.Equal($"{method} /echo length=5 coding= hello", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Send_BodyInChunks_ArrivesInChunks()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("POST", "/echo", Edge, "Transfer-Encoding: chunked") + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
        Assert.Equal("POST /echo length=none coding=chunked hello", (await client.ReadResponseAsync()).Text);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Send_NoBody_ArrivesWithNone(string method)
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request(method, "/echo", Edge));
        Assert.Equal($"{method} /echo length=none coding= ", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Put_HalfOfTheBody_ArrivesBeforeTheRest()
    {
        const int half = 1 << 20;
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("PUT", "/upload", Edge, $"Content-Length: {2 * half}"));
        await client.SendAsync(new byte[half]);
        Assert.True(await Eventually.HoldsAsync(() => origin.Uploaded == half, TimeSpan.FromSeconds(60)));
        await client.SendAsync(new byte[half]);
        Assert.Equal($"{2 * half}", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Put_BodyThatBeginsAfterSeconds_IsTaken()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("PUT", "/echo", Edge, "Content-Length: 1"));
        await Eventually.PassAsync(TimeSpan.FromSeconds(8));
        await client.SendAsync("a");
        Assert.Equal(200, (await client.ReadHeadAsync())?.Status);
    }

    [Fact]
    public async Task Get_EventStream_ArrivesEventByEvent()
    {
        using var answer = await origin.Sluice.Edge.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("data: 1", await lines.ReadLineAsync());
        origin.NextEvent.SetResult();
        Assert.Equal(("", "data: 2"), (await lines.ReadLineAsync(), await lines.ReadLineAsync()));
    }

    [Fact]
    public async Task Post_ExpectContinue_IsToldToGoOn()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("POST", "/echo", Edge, "Content-Length: 5", "Expect: 100-continue"));
        Assert.Equal(100, (await client.ReadHeadAsync())!.Value.Status);
        await client.SendAsync("hello");
        Assert.Equal("POST /echo length=5 coding= hello", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Post_ExpectContinueOfABodyNobodyWants_IsRefusedBeforeItIsSent()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("POST", "/refuse", Edge, "Content-Length: 5000000", "Expect: 100-continue"));
        Assert.Equal(413, (await client.ReadHeadAsync())!.Value.Status);
    }

    [Fact]
    public async Task Post_LargeFields_GoThrough()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("POST", "/echo", Edge, [.. Enumerable.Range(0, 50).Select(i => $"X-Large-{i}: {new string('x', 1000)}"), "Content-Length: 0"]));
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Get_LargeFieldsOfTheOrigin_ComeBack()
    {
        var answer = await RawHttp.GetAsync(Edge, "/large");
        Assert.Equal(("large", 1000), (answer.Text, answer.Header("X-Large-49")!.Length));
    }

    [Theory]
    [InlineData("X-Private")]
    [InlineData("X-Private, keep-alive")]
    [InlineData("close ,x-private")]
    [InlineData("close\r\nConnection: X-Private")]
    public async Task Get_FieldsOfOneConnection_StayThere(string connection)
    {
        var answer = await RawHttp.GetAsync(Edge, "/hop", $"Connection: {connection}", "X-Private: 1", "TE: trailers", "Keep-Alive: 5", "Proxy-Authorization: x", "X-End: 1");
        Assert.Equal((null, "1"), (answer.Header("X-Hop"), answer.Header("X-End")));
        Assert.Contains("X-End: 1", answer.Text, StringComparison.Ordinal);
        foreach (var gone in (string[])["X-Private", "TE:", "Keep-Alive", "Proxy-Authorization"]) Assert.DoesNotContain(gone, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Via_IsAddedBothWays()
    {
        var answer = await RawHttp.GetAsync(Edge, "/hop", "Via: 1.0 before");
        Assert.Matches("Via: 1.0 before, 1.1 sluice-[0-9a-f]{8}", answer.Text);
        Assert.Equal("1.1 sluice", answer.Header("Via"));
    }

    [Fact]
    public async Task Get_ByHttp10_EndsWithTheConnection()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync("GET /hop HTTP/1.0\r\n\r\n");
        var answer = await client.ReadResponseAsync();
        Assert.Equal((200, true, null), (answer.Status, answer.Complete, answer.Header("Transfer-Encoding")));
        Assert.Contains("Via: 1.0 sluice", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_SeveralAtOnceOnOneConnection_AreAnsweredInOrder()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        string[] targets = ["/object?1", "/object?2", "/echo", "/object?1"];
        await client.SendAsync(string.Concat(targets.Select(target => RawHttp.Request("GET", target, Edge))));
        List<string> bodies = [];
        foreach (var _ in targets) bodies.Add((await client.ReadResponseAsync()).Text);
        Assert.Equal(["?1", "?2", "GET /echo length=none coding= ", "?1"], bodies);
    }

    [Fact]
    public async Task Options_MaxForwards_EndsWhereItIsNone()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("OPTIONS", "/echo", Edge, "Max-Forwards: 0"));
        var last = await client.ReadResponseAsync();
        Assert.Equal((204, "GET, HEAD, OPTIONS"), (last.Status, last.Header("Allow")));
        await client.SendAsync(RawHttp.Request("OPTIONS", "/echo", Edge, "Max-Forwards: 1"));
        Assert.StartsWith("OPTIONS /echo", (await client.ReadResponseAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_MaxForwards_EndsWhereItIsNone()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("TRACE", "/hop", Edge, "Max-Forwards: 0"));
        Assert.Equal(405, (await client.ReadResponseAsync()).Status);
        await client.SendAsync(RawHttp.Request("TRACE", "/trace", Edge, "Max-Forwards: 1"));
        var answer = await client.ReadResponseAsync();
        Assert.Equal((200, "TRACE 0"), (answer.Status, answer.Text));
        await client.SendAsync(RawHttp.Request("DELETE", "/trace", Edge, "Max-Forwards: 0"));
        Assert.Equal("DELETE 0", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task Connect_ToAnywhere_IsRefused()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
    }
}
