using Sluice.Api;
using Sluice.Configuration;
using Sluice.Edge.Warming;

namespace Sluice.Commands;

/// <summary>Fetches through a running server what a list names, and what its manifests name, told as it goes.</summary>
internal sealed class WarmUp(ApiClient client, Terminal terminal, long? budget, bool follows)
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    private readonly Lock gate = new();
    private readonly ProgressLine line = new(terminal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    // Manifests before all else, since they tell what there is; then the beginnings of all, which viewers need first.
    private readonly PriorityQueue<string, (int Place, int Order)> waiting = new();
    private WarmedCounts counts = new(0, 0, 0, 0, 0);
    private long spent;
    private int order, busy;

    /// <summary>Runs to the end; 1 when something is not held.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> urls, int parallel, bool json, CancellationToken cancellation)
    {
        for (var i = 0; i < urls.Count; i++) Add(urls[i], i);
        try
        {
            await RunAllAsync(parallel, cancellation);
        }
        finally
        {
            line.End();
        }
        var left = counts with { Left = waiting.Count };
        if (json) Output.Json(terminal.Out, left, WarmedJson.Default.WarmedCounts);
        else terminal.Out.WriteLine($"{left.Fetched} fetched ({ByteSize.Display(left.FetchedBytes)}), {left.Held} held already, {left.Failed} failed{(left.Left > 0 ? $", {left.Left} left when the budget was spent" : "")}");
        return left.Failed == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private async Task RunAllAsync(int parallel, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task> running = [];
        try
        {
            while (true)
            {
                while (running.Count < parallel && Next() is { } url) running.Add(FetchAsync(url, stop.Token));
                if (running.Count == 0) return;
                var done = await Task.WhenAny(running);
                running.Remove(done);
                await done;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string? Next()
    {
        lock (gate)
        {
            if (spent >= budget || !waiting.TryDequeue(out var url, out _)) return null;
            busy++;
            return url;
        }
    }

    private async Task FetchAsync(string url, CancellationToken cancellation)
    {
        var answer = await client.PostAsync("/v1/cache/warm", new WarmUpBody { Urls = [url] }, ApiJson.Wire.WarmUpBody, ApiJson.Wire.WarmUpAnswer, cancellation, Patience);
        lock (gate) Done(url, answer.Objects[0]);
    }

    private void Done(string url, WarmedObject warmed)
    {
        busy--;
        counts = !warmed.IsHeld ? counts with { Failed = counts.Failed + 1 }
            : warmed.IsFetched ? counts with { Fetched = counts.Fetched + 1, FetchedBytes = counts.FetchedBytes + (warmed.Length ?? 0) }
            : counts with { Held = counts.Held + 1 };
        // The origin sent it, whether there was room for it or not.
        if (warmed.IsFetched) spent += warmed.Length ?? 0;
        if (!warmed.IsHeld)
        {
            line.End();
            terminal.Complain($"{url}: {warmed.Reason}");
        }
        if (follows)
            for (var i = 0; i < warmed.Names.Count; i++) Add(warmed.Names[i], i);
        var (done, open) = (known.Count - waiting.Count - busy, waiting.Count + busy);
        if (open > 0) line.Show("warm", (double)done / known.Count);
    }

    private void Add(string url, int place)
    {
        if (!known.Add(url)) return;
        var isManifest = url.Split('?')[0].EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase);
        waiting.Enqueue(url, (isManifest ? -1 : place, order++));
    }
}
