using Sluice.Core.Objects;

namespace Sluice.S3.Downloads;

/// <summary>Notices when files are asked for in order (seg_001, seg_002, …), and says which come next, within a budget (row S3D-36).</summary>
internal sealed class DownloadSequence(int count, long budget, TimeProvider time)
{
    /// <summary>What nobody has asked for by then is no longer waited for, or sequences left half way would use the budget up for good.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const int Remembered = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> last = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();
    private readonly Dictionary<string, (long Bytes, DateTimeOffset Began)> ahead = new(StringComparer.Ordinal);
    private long spent;

    /// <summary>A file was asked for; what to fetch ahead, next first.</summary>
    public IReadOnlyList<string> Use(string url)
    {
        if (NumberedName.ReadAll(url).FirstOrDefault() is not { } name) return [];
        lock (gate)
        {
            Drop(url);
            var follows = last.TryGetValue(name.Pattern, out var before) && before == name.Number - 1;
            if (last.TryAdd(name.Pattern, name.Number)) order.Enqueue(name.Pattern);
            else last[name.Pattern] = name.Number;
            if (order.Count > Remembered) last.Remove(order.Dequeue());
            if (!follows) return [];
            var next = new List<string>(count);
            for (var i = 1; i <= count; i++)
            {
                var candidate = name.Next(i);
                if (!ahead.ContainsKey(candidate)) next.Add(candidate);
            }
            return next;
        }
    }

    /// <summary>True while the budget lasts; the file then counts as fetched ahead.</summary>
    public bool TryBegin(string url)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (spent >= budget)
                foreach (var (left, _) in ahead.Where(file => now - file.Value.Began > Patience).ToList()) Drop(left);
            return spent < budget && ahead.TryAdd(url, (0, now));
        }
    }

    /// <summary>So many bytes came for it. They are of the budget until the file is used.</summary>
    public void Fetched(string url, long bytes)
    {
        lock (gate)
        {
            if (!ahead.TryGetValue(url, out var file)) return;
            ahead[url] = file with { Bytes = bytes };
            spent += bytes;
        }
    }

    /// <summary>It came to nothing.</summary>
    public void Forget(string url)
    {
        lock (gate) Drop(url);
    }

    private void Drop(string url)
    {
        if (ahead.Remove(url, out var file)) spent -= file.Bytes;
    }
}
