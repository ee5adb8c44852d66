using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Routes;

public class OriginGroupTests
{
    private readonly MadeOrigin first = new(OriginTraits.None) { Version = "first" };
    private readonly MadeOrigin second = new(OriginTraits.None) { Version = "second" };

    [Theory]
    [InlineData(200, 200, "first")]
    [InlineData(403, 200, "first")]
    [InlineData(404, 200, "second")]
    [InlineData(503, 200, "second")]
    public async Task Fetch_FirstAnswers_SecondIsAskedOnlyIfThatIsNoAnswer(int firstStatus, int secondStatus, string expected)
    {
        (first.Status, second.Status) = (firstStatus, secondStatus);
        await FetchAsync();
        Assert.Equal(expected == "first" ? 0 : 1, second.Requests.Count);
    }

    [Fact]
    public async Task Fetch_FirstIsDown_SecondAnswers()
    {
        first.IsDown = true;
        Assert.Equal(200, await FetchAsync());
    }

    // A 404 removes what is stored: it must not come from the one that lacks it while the one that has it is down.
    [Theory]
    [InlineData(503, 404, 503)]
    [InlineData(404, 503, 503)]
    [InlineData(404, 404, 404)]
    public async Task Fetch_NobodyHasIt_NotFoundOnlyIfAllSaySo(int firstStatus, int secondStatus, int expected)
    {
        (first.Status, second.Status) = (firstStatus, secondStatus);
        Assert.Equal(expected, await FetchAsync());
    }

    [Fact]
    public async Task Fetch_OneIsDownAndTheOtherHasNothing_IsAFailure()
    {
        (first.Status, second.IsDown) = (404, true);
        await Assert.ThrowsAsync<OriginException>(() => FetchAsync());
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Fetch_WithABody_GoesOnOnlyIfNothingWasSent(bool isDown, int asked)
    {
        (first.IsDown, first.Status) = (isDown, 503);
        await FetchAsync(new() { Method = "POST", Path = "/", Body = new MemoryStream([1]) });
        Assert.Equal(asked, second.Requests.Count);
    }

    // It may have been done: a timeout does not tell, nor does a 503.
    [Theory]
    [InlineData("POST", 0)]
    [InlineData("PATCH", 0)]
    [InlineData("DELETE", 1)]
    public async Task Fetch_WithoutABody_IsNotDoneTwice(string method, int asked)
    {
        first.Status = 503;
        await FetchAsync(new() { Method = method, Path = "/" });
        Assert.Equal(asked, second.Requests.Count);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Fetch_FirstTakesTooLong_GoesOnWithABodyOnlyIfNothingWasSent(bool isUnsent, int asked)
    {
        var group = new OriginGroup([new SilentOrigin(isUnsent), second]);
        try
        {
            await using var response = await group.FetchAsync(new() { Method = "POST", Path = "/", Body = new MemoryStream([1]) }, default);
        }
        catch (OriginException) when (!isUnsent)
        {
        }

        Assert.Equal(asked, second.Requests.Count);
    }

    // What is held in part is the first's, or was the first's before; the second has another version.
    [Theory]
    [InlineData(200, false, 200)]
    [InlineData(200, true, 412)]
    [InlineData(503, false, 412)]
    [InlineData(404, false, 412)]
    public async Task Fetch_RestOfWhatTheFirstHas_IsItsOrIsTheOtherVersion(int firstStatus, bool isDown, int expected)
    {
        (first.Status, first.IsDown) = (firstStatus, isDown);
        foreach (var group in (OriginGroup[])[new([first, second]), new([second, first])])
        {
            await using var response = await group.FetchAsync(new() { Path = "/", Require = new("\"first\"", null, 100) }, default);
            Assert.Equal(expected, response.Status);
        }
    }

    [Fact]
    public async Task Fetch_RestOfWhatTheSecondHas_IsItsWhereTheFirstIgnoresConditions()
    {
        var careless = new CarelessOrigin(first);
        await using var response = await new OriginGroup([careless, second]).FetchAsync(new() { Path = "/", Require = new("\"second\"", null, 100) }, default);
        Assert.Equal("\"second\"", response.Version.ETag);
    }

    [Fact]
    public async Task Fetch_FirstFailsOften_IsLeftAloneAndTriedAgain()
    {
        var time = new ManualTimeProvider();
        var options = new CircuitOptions { Failures = 2 };
        var breaker = new CircuitBreaker(options, time);
        var group = new OriginGroup([new GuardedOrigin(first, breaker, options, NullLogger.Instance), second]);
        first.IsDown = true;
        for (var i = 0; i < 5; i++) await (await group.FetchAsync(new() { Path = "/" }, default)).DisposeAsync();
        Assert.Equal((2, 5), (first.Requests.Count, second.Requests.Count));

        first.IsDown = false;
        time.Advance(options.Pause);
        for (var i = 0; i < 3; i++) await (await group.FetchAsync(new() { Path = "/" }, default)).DisposeAsync();
        Assert.Equal((5, 5), (first.Requests.Count, second.Requests.Count));
    }

    private async Task<int> FetchAsync(OriginRequest? request = null)
    {
        await using var response = await new OriginGroup([first, second]).FetchAsync(request ?? new() { Path = "/" }, default);
        return response.Status;
    }

    /// <summary>Knows no If-Match, as many applications and caches.</summary>
    private sealed class CarelessOrigin(IOrigin origin) : IOrigin
    {
        public string Name => origin.Name;

        public string Scope => origin.Scope;

        public OriginTraits Traits => origin.Traits;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation) => origin.FetchAsync(request with { Require = null }, cancellation);
    }

    private sealed class SilentOrigin(bool isUnsent) : IOrigin
    {
        public string Name => "silent";

        public string Scope => "silent";

        public OriginTraits Traits => OriginTraits.None;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation) =>
            throw new OriginException(OriginFailure.Timeout, "silent") { IsUnsent = isUnsent };
    }
}
