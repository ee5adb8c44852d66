using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Tests.Api;

/// <summary>What a load balancer sees while a server starts, serves and stops.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Ready_StartingServingDraining_Is503Then200Then503()
    {
        var state = new ServerState(TimeProvider.System);
        var options = new SluiceOptions { Api = { Listen = new ListenAddress(IPAddress.Loopback, 0) } };
        await using var api = ApiHost.Build(options, state, NullLoggerFactory.Instance, TimeProvider.System);
        var address = await HostBuilding.StartAsync(api, options.Api.Listen, "--api", null, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(address.Url) };

        var starting = await AskAsync("/health/ready");
        var statsTooEarly = await AskAsync("/v1/cache/stats");
        var videosTooEarly = await AskAsync("/v1/videos");
        state.MarkReady();
        var serving = await AskAsync("/health/ready");
        state.MarkDraining();
        var draining = await AskAsync("/health/ready");
        var alive = await AskAsync("/health/live");

        Assert.Equal((503, """{"status":"starting"}"""), starting);
        Assert.Equal(503, statsTooEarly.Status);
        Assert.Equal(503, videosTooEarly.Status);
        Assert.Contains("\"detail\":\"The server is starting", videosTooEarly.Text, StringComparison.Ordinal);
        Assert.Contains("\"detail\":\"The server is starting", statsTooEarly.Text, StringComparison.Ordinal);
        Assert.Equal((200, """{"status":"ok"}"""), serving);
        Assert.Equal((503, """{"status":"draining"}"""), draining);
        Assert.Equal((200, """{"status":"ok"}"""), alive);

        async Task<(int Status, string Text)> AskAsync(string path)
        {
            var answer = await http.GetAsync(path);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}
