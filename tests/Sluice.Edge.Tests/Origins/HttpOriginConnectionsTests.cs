using Sluice.Core.Origins;

namespace Sluice.Edge.Tests.Origins;

/// <summary>An origin has no more connections than it is said to stand; what is beyond them waits and is not lost.</summary>
public sealed class HttpOriginConnectionsTests
{
    [Fact]
    public async Task Fetch_BeyondTheConnections_WaitsForOne()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        using var origin = server.Origin(change: options => options with { MaximumConnections = 2, ConnectionIdleTimeout = TimeSpan.FromMinutes(5) });
        // Each holds its connection until its body is read.
        var begun = new Queue<OriginResponse>();
        for (var i = 0; i < 2; i++) begun.Enqueue(await FetchAsync());
        var waiting = new Queue<Task<OriginResponse>>(Enumerable.Range(0, 5).Select(_ => FetchAsync()));
        while (begun.TryDequeue(out var response))
        {
            await using (response)
            {
                using var reader = new StreamReader(response.Body);
                Assert.Equal("x", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
            }

            if (waiting.TryDequeue(out var next)) begun.Enqueue(await next);
        }

        Assert.Equal((7, 2), (server.Requests.Length, server.Connections));

        Task<OriginResponse> FetchAsync() => origin.FetchAsync(new OriginRequest { Path = "/a" }, TestContext.Current.CancellationToken).AsTask();
    }

    // A failover, in which nobody told the client that its connections are no more: each request that was sent on one of them was a 502.
    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    public async Task Fetch_EveryKeptConnectionIsDead_IsAnsweredOnANewOne(int kept)
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        using var origin = server.Origin(change: options => options with { ConnectionIdleTimeout = TimeSpan.FromMinutes(5) });
        var firsts = new List<OriginResponse>();
        for (var i = 0; i < kept; i++) firsts.Add(await FetchAsync());
        foreach (var first in firsts)
        {
            await first.Body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
            await first.DisposeAsync();
        }

        server.ForgetConnections();
        for (var i = 0; i < kept; i++)
        {
            await using var response = await FetchAsync();
            await response.Body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        }

        Assert.Equal(2 * kept, server.Requests.Length);

        Task<OriginResponse> FetchAsync() => origin.FetchAsync(new OriginRequest { Path = "/a" }, TestContext.Current.CancellationToken).AsTask();
    }

    // A server that ends with a request in its hands: .NET goes on to a new connection, and that one is refused. It may have been done, so that no other origin may be given it.
    [Fact]
    public async Task Fetch_KeptConnectionClosedAndNoneAccepted_MayHaveBeenSent()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", new RawReply("", RawEnd.Close));
        using var origin = server.Origin();
        await using (var first = await FetchAsync("GET")) await first.Body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        server.StopListening();
        var failure = await Assert.ThrowsAsync<OriginException>(() => FetchAsync("POST"));
        Assert.Equal((2, false), (server.Requests.Length, failure.IsUnsent));
        // Of this one nothing went out.
        Assert.True((await Assert.ThrowsAsync<OriginException>(() => FetchAsync("POST"))).IsUnsent);

        Task<OriginResponse> FetchAsync(string method) => origin.FetchAsync(new OriginRequest { Method = method, Path = "/a" }, TestContext.Current.CancellationToken).AsTask();
    }
}
