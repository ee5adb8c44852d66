namespace Sluice.Catalog.Caching;

/// <summary>Runs asynchronous code on the calling thread, in turns that a test gives: so that it can try every order.</summary>
internal sealed class Pump : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly List<(string Name, TaskCompletionSource Turn)> waiting = [];

    public override void Post(SendOrPostCallback d, object? state) => queue.Enqueue((d, state));

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Called by what is under test before each step that others can see.</summary>
    public Task TurnAsync(string name)
    {
        var turn = new TaskCompletionSource();
        waiting.Add((name, turn));
        return turn.Task;
    }

    /// <summary>Runs a scenario in one order: <paramref name="choose"/> picks who goes next of so many. Answers the steps in the order they were taken.</summary>
    public static List<string> Run(Func<Pump, Task> scenario, Func<int, int> choose)
    {
        var (pump, before, steps) = (new Pump(), Current, new List<string>());
        SetSynchronizationContext(pump);
        try
        {
            var running = scenario(pump);
            while (true)
            {
                while (pump.queue.TryDequeue(out var work)) work.Callback(work.State);
                if (pump.waiting.Count == 0) break;
                var next = choose(pump.waiting.Count);
                var (name, turn) = pump.waiting[next];
                pump.waiting.RemoveAt(next);
                steps.Add(name);
                turn.SetResult();
            }
            Assert.True(running.IsCompleted, $"stuck after {string.Join(", ", steps)}");
            running.GetAwaiter().GetResult();
            return steps;
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs a scenario once for every order there is; how many that were.</summary>
    public static int RunAll(Func<Pump, Task> scenario)
    {
        var (path, orders) = (new List<(int Choice, int Of)>(), 0);
        while (true)
        {
            var depth = 0;
            Run(scenario, options =>
            {
                if (depth == path.Count) path.Add((0, options));
                return path[depth++].Choice;
            });
            orders++;
            while (path.Count > 0 && path[^1].Choice == path[^1].Of - 1) path.RemoveAt(path.Count - 1);
            if (path.Count == 0) return orders;
            path[^1] = (path[^1].Choice + 1, path[^1].Of);
        }
    }
}
