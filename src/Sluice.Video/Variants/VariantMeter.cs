using System.Diagnostics.Metrics;

namespace Sluice.Video.Variants;

/// <summary>The instruments of making variants (row VAR-12: how often ffmpeg ran, and for how long).</summary>
internal sealed class VariantMeter : IDisposable
{
    private readonly Meter meter = new("Sluice.Video");
    private readonly Counter<long> runs;
    private readonly Histogram<double> seconds;
    private long made;
    private long failed;
    private long refused;
    private long abandoned;

    public VariantMeter(FairQueue queue)
    {
        runs = meter.CreateCounter<long>("sluice.video.runs", "{run}", "Runs of ffmpeg that ended, by mode and result: made, failed, abandoned; and refused for those that got no turn.");
        seconds = meter.CreateHistogram<double>("sluice.video.duration", "s", "Time from the start of ffmpeg to its end, of variants that were made.");
        meter.CreateObservableGauge("sluice.video.running", () => queue.Running, "{variant}", "Variants being made now.");
        meter.CreateObservableGauge("sluice.video.waiting", () => queue.Waiting, "{variant}", "Variants that wait for their turn.");
    }

    public long Made => Volatile.Read(ref made);

    public long Failed => Volatile.Read(ref failed);

    public long Refused => Volatile.Read(ref refused);

    public long Abandoned => Volatile.Read(ref abandoned);

    public void Refuse()
    {
        Interlocked.Increment(ref refused);
        runs.Add(1, new KeyValuePair<string, object?>("result", "refused"));
    }

    public void End(string mode, Core.Processes.ToolExit exit, TimeSpan took)
    {
        var result = exit.IsSuccess ? "made" : exit.End == Core.Processes.ToolEnd.Killed ? "abandoned" : "failed";
        Interlocked.Increment(ref result == "made" ? ref made : ref result == "failed" ? ref failed : ref abandoned);
        runs.Add(1, new("mode", mode), new KeyValuePair<string, object?>("result", result));
        if (result == "made") seconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("mode", mode));
    }

    public void Dispose() => meter.Dispose();
}
