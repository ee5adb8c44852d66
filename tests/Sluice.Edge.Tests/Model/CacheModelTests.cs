using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Model;

/// <summary>Random sequences of requests, answered by the edge and by a model of RFC 9111: client and origin must see the same of both.</summary>
public sealed class CacheModelTests
{
    private const int Sequences = 2000;

    [Fact]
    public void Requests_AnySequence_AreAnsweredAsTheRfcSays() =>
        Prop.ForAll(StepArbitrary.Sequences, steps => Difference(steps) is { } difference ? false.Label(difference) : true.ToProperty())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));

    /// <summary>The same where what is stored goes back to the index between the requests: nobody may notice. SLUICE_MODEL_SEQUENCES asks for more of them.</summary>
    [Fact]
    public async Task Requests_OfWhatHasGoneBack_AreAnsweredAsTheRfcSays()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-model-");
        try
        {
            var time = new ManualTimeProvider();
            var disk = new DiskTierOptions { Directory = folder.FullName, MinimumFreeBytes = 0 };
            // Under a clock of its own, which stands: the tier looks after its directory each second, and a step may be a day.
            await using var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 0, Disk = disk }, new ManualTimeProvider(), NullLoggerFactory.Instance);
            await cache.FindAsync(PurgeKind.Url, "/none", TestContext.Current.CancellationToken);
            var tier = cache.Disk!;
            await tier.Sweep;
            var (number, went) = (0, 0);
            var sequences = int.Parse(Environment.GetEnvironmentVariable("SLUICE_MODEL_SEQUENCES") ?? "150", CultureInfo.InvariantCulture);
            Prop.ForAll(StepArbitrary.Sequences, steps => Try(steps) is { } difference ? false.Label(difference) : true.ToProperty())
                .Check(Config.QuickThrowOnFailure.WithMaxTest(sequences));
            Assert.True(went > sequences);

            string? Try(Step[] steps)
            {
                var origin = new ScriptedOrigin(time) { Scope = $"scripted {++number}".Replace(' ', '-') };
                var edge = new DirectEdge(origin, time, cache);
                try
                {
                    return Difference(steps, time, origin, edge, () =>
                    {
                        tier.FlushAsync().GetAwaiter().GetResult();
                        went += cache.GoBack(number % 2);
                    });
                }
                finally
                {
                    edge.Leave();
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? Difference(Step[] steps)
    {
        var time = new ManualTimeProvider();
        var origin = new ScriptedOrigin(time);
        var edge = new DirectEdge(origin, time);
        try
        {
            return Difference(steps, time, origin, edge, static () => { });
        }
        finally
        {
            edge.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static string? Difference(Step[] steps, ManualTimeProvider time, ScriptedOrigin origin, DirectEdge edge, Action between)
    {
        var model = new CacheModel();
        for (var i = 0; i < steps.Length; i++)
        {
            between();
            var step = steps[i];
            time.Advance(TimeSpan.FromSeconds(step.After));
            // Only reads carry conditions here, and what a HEAD stores where nothing was is not the RFC's matter.
            if (step.Method == "HEAD" && model.Select(step) is null) step = step with { Method = "GET" };
            if (step.Method is not ("GET" or "HEAD")) step = step with { Condition = Condition.None };
            origin.Begin(step, i);
            var expected = model.Handle(step, origin, time.GetUtcNow());
            var seen = edge.AskAsync(step, origin).GetAwaiter().GetResult();
            if (seen != expected) return $"step {i} of {steps.Length}: {step}\n  the model: {expected}\n  the edge:  {seen}";
        }

        return null;
    }
}
