using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>An origin that takes a request and says nothing. On its own: the edge's patience is a minute.</summary>
public sealed class OriginSilenceTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    [Fact]
    public async Task Origin_NeverAnswers_Is504InBoundedTime()
    {
        var path = http.Put(OriginReply.Object(91, 5000) with { NeverAnswers = true });
        using var patient = new HttpClient { BaseAddress = http.Sluice.EdgeAddress, Timeout = TimeSpan.FromSeconds(90) };

        var answer = await patient.AskAsync(path);

        Assert.Equal(504, answer.Status);
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
        http.Origin.On(path, OriginReply.Object(91, 5000));
        Assert.True(await Eventually.HoldsAsync(async () => (await http.Edge.AskAsync(path)).Status == 200, TimeSpan.FromSeconds(30)));
    }
}
