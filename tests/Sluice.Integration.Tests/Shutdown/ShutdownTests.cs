using System.Net.Sockets;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Shutdown;

/// <summary>OPS-12 and the Ctrl-C: requests in flight finish within the grace of 10 s, the index is saved, the next start hits at once.</summary>
public sealed class ShutdownTests : IAsyncLifetime
{
    private readonly FaultyOrigin _origin = FaultyOrigin.Start();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _origin.DisposeAsync();

    [Fact]
    public async Task Terminate_DuringASlowAnswer_FinishesItAndTheNextStartHits()
    {
        var release = new TaskCompletionSource();
        _origin.On("/slow", OriginReply.Object(120, 4 << 20) with { HoldAfter = 1 << 20, Held = release.Task });
        await using var sluice = await SluiceProcess.StartAsync(_origin.Address);
        using var viewer = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", "/slow", sluice.EdgeAddress));
        await viewer.ReadHeadAsync();
        await viewer.ReadSomeAsync(1000);

        sluice.SendTerminate();
        await Eventually.PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(sluice.HasExited, "it left a viewer in the middle of an answer");
        release.SetResult();
        var rest = await viewer.ReadSomeAsync((4 << 20) - 1000);
        await sluice.WaitForExitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, sluice.ExitCode);
        Assert.Equal((4 << 20) - 1000, rest.Length);
        Assert.Equal(-1, new BytePattern(120).FirstDifference(1000, rest));

        await _origin.GoDownAsync();
        await sluice.StartAsync();
        var hit = await sluice.Edge.AskAsync("/slow");
        Assert.Equal((200, "HIT"), (hit.Status, hit.CacheStatus));
        Assert.Equal(-1, new BytePattern(120).FirstDifference(0, hit.Body));
    }

    [Fact]
    public async Task Terminate_DuringAnAnswerThatNeverEnds_EndsAfterTheGrace()
    {
        _origin.On("/stuck", OriginReply.Object(121, 4 << 20) with { HoldAfter = 1 << 20, Held = new TaskCompletionSource().Task });
        await using var sluice = await SluiceProcess.StartAsync(_origin.Address);
        using var viewer = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", "/stuck", sluice.EdgeAddress));
        await viewer.ReadHeadAsync();
        await viewer.ReadSomeAsync(1000);

        await sluice.StopAsync();

        Assert.Contains(SluiceProcess.CutOff, sluice.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_Idle_EndsAtOnceWithSuccess()
    {
        _origin.On("/a", OriginReply.Object(122, 1000));
        await using var sluice = await SluiceProcess.StartAsync(_origin.Address);
        await sluice.Edge.AskAsync("/a"); // and an idle keep-alive connection is left open

        await sluice.StopAsync();

        Assert.Equal(0, sluice.ExitCode);
        Assert.DoesNotContain(SluiceProcess.CutOff, sluice.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_ThenNewClients_AreRefused()
    {
        var release = new TaskCompletionSource();
        _origin.On("/slow", OriginReply.Object(123, 2 << 20) with { HoldAfter = 1 << 20, Held = release.Task });
        await using var sluice = await SluiceProcess.StartAsync(_origin.Address);
        using var viewer = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", "/slow", sluice.EdgeAddress));
        await viewer.ReadHeadAsync();

        sluice.SendTerminate();
        var refused = await Eventually.HoldsAsync(async () =>
        {
            try
            {
                using var late = await RawHttp.ConnectAsync(sluice.EdgeAddress);
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        }, TimeSpan.FromSeconds(60));
        release.SetResult();

        Assert.True(refused, "it takes new viewers while it drains");
        // While it drained, and not because it was gone.
        Assert.Equal(2 << 20, (await viewer.ReadSomeAsync(2 << 20)).Length);
        await sluice.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }
}
