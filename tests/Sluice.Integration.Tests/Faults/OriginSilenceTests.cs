using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>An origin that takes a request and says nothing, or stops in the middle of a body.</summary>
public sealed class OriginSilenceTests : IAsyncLifetime
{
    private readonly FaultyOrigin _origin = FaultyOrigin.Start();
    private readonly TemporaryFolder _folder = new();
    private SluiceProcess _sluice = null!;

    public async ValueTask InitializeAsync()
    {
        var config = _folder.Write("sluice.json", $$"""
            { "routes": [ { "pattern": "/*", "origins": [ { "url": "{{_origin.Address}}", "responseTimeout": "2s", "idleTimeout": "2s" } ] } ] }
            """);
        _sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_sluice is not null)
            await _sluice.DisposeAsync();
        await _origin.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Origin_NeverAnswers_Is504AndNotRemembered()
    {
        _origin.On("/a", OriginReply.Object(91, 5000) with { NeverAnswers = true });

        var answer = await _sluice.Edge.AskAsync("/a");
        _origin.On("/a", OriginReply.Object(91, 5000));
        var recovered = await Eventually.HoldsAsync(async () => (await _sluice.Edge.AskAsync("/a")).Status == 200, TimeSpan.FromSeconds(30));

        Assert.Equal((504, "application/problem+json"), (answer.Status, answer.Header("Content-Type")));
        Assert.True(recovered, "the silence was remembered");
    }

    [Theory]
    [InlineData("max-age=1, stale-if-error=60", 200, "STALE")]
    [InlineData("max-age=1", 200, "STALE")]
    [InlineData("max-age=1, must-revalidate", 504, null)]
    public async Task Origin_FallsSilentAfterTheLifetime_IsStaleUnlessForbidden(string control, int status, string? outcome)
    {
        var path = HttpEdge.Unique();
        _origin.On(path, OriginReply.Text("good") with { CacheControl = control });
        Assert.Equal("good", (await _sluice.Edge.AskAsync(path)).Text);
        await Eventually.PassAsync(TimeSpan.FromSeconds(2.1));
        _origin.On(path, OriginReply.Text("good") with { NeverAnswers = true });

        var answer = await _sluice.Edge.AskAsync(path);

        Assert.Equal((status, outcome), (answer.Status, status == 200 ? answer.CacheStatus : null));
        if (status == 200) Assert.Equal("good", answer.Text);
    }

    [Fact]
    public async Task Origin_StopsInTheMiddleOfTheBody_BreaksTheConnection()
    {
        var reply = OriginReply.Object(92, 3 << 20);
        var never = new TaskCompletionSource();
        _origin.On("/b", reply with { HoldAfter = 1 << 20, Held = never.Task, IgnoreRange = true });

        var broken = await RawHttp.GetAsync(_sluice.EdgeAddress, "/b");
        _origin.On("/b", reply);
        var whole = await _sluice.Edge.AskAsync("/b");

        Assert.False(broken.Complete, $"{broken.Body.Length} bytes were passed off as whole");
        Assert.Equal(-1, new BytePattern(92).FirstDifference(0, broken.Body));
        Assert.Equal(reply.Body.ToArray(), whole.Body);
    }
}
