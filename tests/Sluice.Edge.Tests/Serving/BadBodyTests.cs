using System.Net.Sockets;
using Sluice.Core.Origins;
using Sluice.TestKit.Http;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>A client's body that is no HTTP is its client's fault: neither the origin's nor a defect of this program.</summary>
public sealed class BadBodyTests
{
    // The server takes what is thrown here for an unhandled exception: an error in the log for each, and 500 for a number that is too large.
    [Theory]
    [InlineData("x\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhelloXX0\r\n\r\n")]
    [InlineData("100000005\r\nhello\r\n0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    public async Task Post_ChunksThatAreNone_Is400WithTheReason(string body)
    {
        await using var edge = await EdgeServer.StartAsync(new ReadingOrigin(), new ManualTimeProvider());
        using var client = await RawHttp.ConnectAsync(edge.Client.BaseAddress!);
        await client.SendAsync(RawHttp.Request("POST", "/a", edge.Client.BaseAddress!, "Transfer-Encoding: chunked") + body);
        var answer = await client.ReadResponseAsync(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((400, "close", "application/problem+json"), (answer.Status, answer.Header("Connection"), answer.Header("Content-Type")));
        Assert.Contains("Bad chunk", System.Text.Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TheClientBreaksOff_IsNoFailureOfTheServers()
    {
        await using var edge = await EdgeServer.StartAsync(new ReadingOrigin { Failure = new IOException("The connection broke.", new SocketException()) }, new ManualTimeProvider());
        using var answer = await edge.Client.PostAsync(new Uri("/a", UriKind.Relative), new StringContent("a"), TestContext.Current.CancellationToken);
        Assert.Equal(499, (int)answer.StatusCode);
    }

    private sealed class ReadingOrigin : IOrigin
    {
        /// <summary>What reading throws, where it is not the body that does.</summary>
        public Exception? Failure { get; init; }

        public string Name => "reading";

        public string Scope => "reading";

        public OriginTraits Traits => OriginTraits.None;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            if (Failure is not null) throw Failure;
            await request.Body!.CopyToAsync(Stream.Null, cancellation);
            return new() { Status = 200, Headers = [], BodyLength = 0, Version = new(null, null, 0) };
        }
    }
}
