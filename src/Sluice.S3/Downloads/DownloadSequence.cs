using System.Globalization;

namespace Sluice.S3.Downloads;

/// <summary>Notices when files are asked for in order (seg_001, seg_002, …), and says which come next, within a budget (row S3D-36).</summary>
internal sealed class DownloadSequence(int count, long budget)
{
    private const int Remembered = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> last = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();
    private readonly Dictionary<string, long> ahead = new(StringComparer.Ordinal);
    private long spent;

    /// <summary>A file was asked for; what to fetch ahead, next first.</summary>
    public IReadOnlyList<string> Use(string url)
    {
        if (Split(url) is not { } parts) return [];
        lock (gate)
        {
            if (ahead.Remove(url, out var bytes)) spent -= bytes;
            var name = $"{parts.Before}*{parts.After}";
            var follows = last.TryGetValue(name, out var before) && before == parts.Number - 1;
            if (last.TryAdd(name, parts.Number)) order.Enqueue(name);
            else last[name] = parts.Number;
            if (order.Count > Remembered) last.Remove(order.Dequeue());
            if (!follows) return [];
            var next = new List<string>(count);
            for (var i = 1; i <= count; i++)
            {
                var candidate = parts.Before + (parts.Number + i).ToString(CultureInfo.InvariantCulture).PadLeft(parts.Width, '0') + parts.After;
                if (!ahead.ContainsKey(candidate)) next.Add(candidate);
            }
            return next;
        }
    }

    /// <summary>True while the budget lasts; the file then counts as fetched ahead.</summary>
    public bool TryBegin(string url)
    {
        lock (gate) return spent < budget && ahead.TryAdd(url, 0);
    }

    /// <summary>So many bytes came for it. They are of the budget until the file is used.</summary>
    public void Fetched(string url, long bytes)
    {
        lock (gate)
        {
            if (!ahead.ContainsKey(url)) return;
            ahead[url] = bytes;
            spent += bytes;
        }
    }

    /// <summary>It came to nothing.</summary>
    public void Forget(string url)
    {
        lock (gate)
            if (ahead.Remove(url, out var bytes)) spent -= bytes;
    }

    // The last number of the name, the ending left out: the 4 of .mp4 counts nothing.
    private static (string Before, long Number, int Width, string After)? Split(string url)
    {
        var name = url.LastIndexOf('/') + 1;
        var dot = url.LastIndexOf('.');
        var end = dot > name ? dot : url.Length;
        while (end > name && !char.IsAsciiDigit(url[end - 1])) end--;
        var start = end;
        while (start > name && char.IsAsciiDigit(url[start - 1])) start--;
        return start < end && end - start <= 15 ? (url[..start], long.Parse(url.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture), end - start, url[end..]) : null;
    }
}
