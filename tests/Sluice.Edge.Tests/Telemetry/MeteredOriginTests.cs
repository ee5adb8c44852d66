using System.Diagnostics.Metrics;
using Sluice.Core.Origins;
using Sluice.Edge.Telemetry;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Telemetry;

public sealed class MeteredOriginTests
{
    // Viewers leave before the time of an origin that hangs is over: nothing told of it.
    [Theory]
    [InlineData(4, OriginTraits.None, "abandoned")]
    [InlineData(5, OriginTraits.None, "unanswered")]
    // Making a variant takes long, and nothing hangs.
    [InlineData(60, OriginTraits.MadeAnew, "abandoned")]
    public async Task RequestThatNobodyWaitsForAnyMore_IsCounted_AsAFailureWhereTheyWaitedLong(int seconds, OriginTraits traits, string result)
    {
        var (time, name, counted) = (new ManualTimeProvider(), $"silent-{seconds}-{traits}", new List<string?>());
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "sluice.origin.requests") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags[0].Value as string == name) counted.Add(tags[1].Value as string);
        });
        listener.Start();
        using var viewer = new CancellationTokenSource();
        var fetch = new MeteredOrigin(new SilentOrigin(name, traits), time).FetchAsync(new OriginRequest { Path = "/a" }, viewer.Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(seconds));
        await viewer.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal([result], counted);
    }

    private sealed class SilentOrigin(string name, OriginTraits traits) : IOrigin
    {
        public string Name => name;

        public string Scope => name;

        public OriginTraits Traits => traits;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            throw new InvalidOperationException();
        }
    }
}
