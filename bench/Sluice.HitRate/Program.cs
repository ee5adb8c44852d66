using System.Diagnostics;
using System.Text.Json;
using Sluice.Core.Memory;
using Sluice.HitRate;

const string usage = "usage: Sluice.HitRate [--requests 500000] [--objects 50000] [--seed 1] [--json]";
var (requests, objects, seed, json) = (500_000, 50_000, 1, false);
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--json")
        json = true;
    else if (args[i] is "--requests" or "--objects" or "--seed" && i + 1 < args.Length && int.TryParse(args[i + 1], out var value) && value > 0)
        _ = args[i++] switch { "--requests" => requests = value, "--objects" => objects = value, _ => seed = value };
    else
    {
        Console.Error.WriteLine($"{args[i]}: not understood, or its value is not a whole number above 0. {usage}");
        return 2;
    }
}

var started = Stopwatch.GetTimestamp();
var outcomes = new List<Outcome>();
foreach (var make in Traces.All(requests, objects, seed))
{
    var trace = make();
    foreach (var fraction in new[] { 0.01, 0.05, 0.2 })
    {
        var capacity = (long)(trace.Footprint * fraction);
        void Note(string policy, (long Hits, long HitBytes) run) => outcomes.Add(new Outcome(
            trace.Name, fraction, policy, (double)run.Hits / trace.Requests.Length, (double)run.HitBytes / trace.RequestedBytes));
        Note("S3-FIFO", PolicySimulation.Run(trace, capacity, new S3FifoPolicy(capacity)));
        Note("LRU", PolicySimulation.Run(trace, capacity, new LruPolicy()));
        Note("Belady", Belady.Run(trace, capacity));
    }
}

if (json)
    Console.WriteLine(JsonSerializer.Serialize(new { requests, objects, seed, outcomes }, JsonSerializerOptions.Web));
else
    Report.Write(Console.Out, outcomes);
Console.Error.WriteLine($"{requests:N0} requests for up to {objects:N0} objects, seed {seed}: {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
return 0;
