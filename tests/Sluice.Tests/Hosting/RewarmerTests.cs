using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;
using Sluice.Hosting;

namespace Sluice.Tests.Hosting;

public sealed class RewarmerTests
{
    /// <summary>What an origin throws that it should not ends neither what waits behind it nor the server's own end.</summary>
    [Fact]
    public async Task Warming_ThatFailsAsNothingShould_DoesNotEndTheOthers()
    {
        var origin = new BrokenOnce();
        await using var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 1 << 20 }, TimeProvider.System, NullLoggerFactory.Instance);
        var routes = new EdgeOptions();
        routes.Routes.Add(new EdgeRoute { Name = "all", Origins = [origin] });
        using var counters = new EdgeCounters();
        var edge = new SluiceEdge(cache, routes, counters, TimeProvider.System, NullLoggerFactory.Instance);
        var log = new Lines();
        await using var rewarmer = new Rewarmer(edge, log);

        Assert.Equal(2, rewarmer.Take(new PurgeReceipt { Hot = [Purged("/first?v=1&token=hush", 1), Purged("/second", 2)] }));

        Assert.Equal("/second", await origin.Asked.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.StartsWith("/first?v=1&token=*** changed", log.First, StringComparison.Ordinal);
    }

    private static PurgedObject Purged(string target, long length) => new(target, new ObjectMetadata
    {
        Status = 200, Headers = new HeaderList(), Version = new ObjectVersion(null, null, length), Freshness = new ObjectFreshness { ReceivedAt = default, Lifetime = default },
    });

    private sealed class Lines : ILogger<Rewarmer>
    {
        public string? First { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => First ??= formatter(state, exception);
    }

    private sealed class BrokenOnce : IOrigin
    {
        private int calls;

        public string Name => "broken";

        public string Scope => "broken";

        public OriginTraits Traits => OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly;

        public TaskCompletionSource<string> Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            if (calls++ == 0) throw new InvalidOperationException("a defect");
            Asked.TrySetResult(request.Path);
            throw new OriginException(OriginFailure.Unreachable, "down");
        }
    }
}
