using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Proxy;

/// <summary>WebSockets and other upgrades: a tunnel to the origin, both ways.</summary>
public sealed class TunnelTests(AppOrigin origin) : IClassFixture<AppOrigin>
{
    private Uri Edge => origin.Sluice.EdgeAddress;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_Messages_GoBothWays(string version)
    {
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = new Version(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.AddSubProtocol("chat");
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        await socket.ConnectAsync(new Uri($"ws://{Edge.Authority}/socket"), invoker, default);
        Assert.Equal("chat", socket.SubProtocol);
        var large = RandomNumberGenerator.GetBytes(300_000);
        foreach (var message in (byte[][])[[1], Encoding.UTF8.GetBytes("hello"), large])
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, default);
            Assert.Equal(message, await ReceiveAsync(socket));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        Assert.Equal("bye", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task WebSocket_TheOriginLeaves_TheClientSeesTheEnd()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("GET", "/raw", Edge, "Connection: Upgrade", "Upgrade: shout/1"));
        await client.ReadHeadAsync();
        await client.SendAsync("\n");
        Assert.Empty(await client.ReadSomeAsync(1));
    }

    [Fact]
    public async Task Upgrade_ToAnyProtocol_IsATunnel()
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("GET", "/raw", Edge, "Connection: Upgrade", "Upgrade: shout/1"));
        var (status, fields) = (await client.ReadHeadAsync())!.Value;
        Assert.Equal((101, "shout/1", "Upgrade"), (status, fields["Upgrade"], fields["Connection"]));
        foreach (var line in (string[])["hello\n", "world\n"])
        {
            await client.SendAsync(line);
            Assert.Equal(line.ToUpperInvariant(), Encoding.ASCII.GetString(await client.ReadSomeAsync(line.Length)));
        }
    }

    [Fact]
    public async Task Tunnel_NobodySaysAnything_EndsAfterTheTimeThatIsSet()
    {
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = origin.Address, Environment = new Dictionary<string, string> { ["SLUICE__Edge__TunnelIdleTimeout"] = "1s" } });
        using var client = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        await client.SendAsync(RawHttp.Request("GET", "/raw", sluice.EdgeAddress, "Connection: Upgrade", "Upgrade: shout/1"));
        Assert.Equal(101, (await client.ReadHeadAsync())!.Value.Status);
        Assert.Empty(await client.ReadSomeAsync(1));
    }

    [Fact]
    public async Task Upgrade_TheOriginDeclines_ItsAnswerComesBack()
    {
        var answer = await RawHttp.GetAsync(Edge, "/echo", "Connection: Upgrade", "Upgrade: shout/1");
        Assert.Equal((200, "BYPASS"), (answer.Status, answer.Header("X-Cache-Status")));
    }

    // A tunnel in HTTP would carry requests that the cache's rules never see.
    [Theory]
    [InlineData("h2c")]
    [InlineData("websocket, h2c")]
    [InlineData("HTTP/2.0")]
    public async Task Upgrade_ToHttp_IsNone(string protocol)
    {
        using var client = await RawHttp.ConnectAsync(Edge);
        await client.SendAsync(RawHttp.Request("GET", "/hop", Edge, "Connection: Upgrade, HTTP2-Settings", $"Upgrade: {protocol}", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"));
        var answer = await client.ReadResponseAsync();
        Assert.Equal(200, answer.Status);
        Assert.DoesNotContain("Upgrade", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP2-Settings", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_OfACachedPath_IsNotAHit()
    {
        await RawHttp.GetAsync(Edge, "/object?cached");
        Assert.Equal("HIT", (await RawHttp.GetAsync(Edge, "/object?cached")).Header("X-Cache-Status"));
        Assert.Equal("BYPASS", (await RawHttp.GetAsync(Edge, "/object?cached", "Connection: Upgrade", "Upgrade: shout/1")).Header("X-Cache-Status"));
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, default);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return message.ToArray();
        }
    }
}
