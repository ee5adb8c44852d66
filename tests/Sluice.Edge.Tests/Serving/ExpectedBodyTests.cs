using Sluice.Core.Origins;
using Sluice.TestKit.Http;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>A client asks first whether its body is wanted, and is answered instead.</summary>
public sealed class ExpectedBodyTests
{
    private static readonly string[] Asks = ["Content-Length: 500", "Expect: 100-continue"];
    private readonly ManualTimeProvider time = new();

    // curl sends its next request there, which was read as the body that never came.
    [Fact]
    public async Task Put_WhereNothingCanBePut_EndsTheConnection()
    {
        await using var edge = await EdgeServer.StartAsync(new MadeOrigin(OriginTraits.Ranges | OriginTraits.ReadOnly), time);
        using var client = await RawHttp.ConnectAsync(edge.Client.BaseAddress!);
        await client.SendAsync(RawHttp.Request("PUT", "/a", edge.Client.BaseAddress!, Asks));
        var answer = await client.ReadResponseAsync(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((405, "close"), (answer.Status, answer.Header("Connection")));
    }

    [Fact]
    public async Task Get_WithoutABody_KeepsTheConnection()
    {
        await using var edge = await EdgeServer.StartAsync(new MadeOrigin(OriginTraits.Ranges), time);
        using var client = await RawHttp.ConnectAsync(edge.Client.BaseAddress!);
        await client.SendAsync(RawHttp.Request("GET", "/a", edge.Client.BaseAddress!, "Expect: 100-continue"));
        var answer = await client.ReadResponseAsync(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((200, null), (answer.Status, answer.Header("Connection")));
    }
}
