using FsCheck;
using FsCheck.Fluent;
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

    private static string? Difference(Step[] steps)
    {
        var time = new ManualTimeProvider();
        var origin = new ScriptedOrigin(time);
        var model = new CacheModel();
        var edge = new DirectEdge(origin, time);
        try
        {
            for (var i = 0; i < steps.Length; i++)
            {
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
        finally
        {
            edge.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
