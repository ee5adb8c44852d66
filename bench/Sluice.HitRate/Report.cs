namespace Sluice.HitRate;

/// <summary>The table, in Markdown: one line for each trace and cache size.</summary>
internal static class Report
{
    public static void Write(TextWriter output, IReadOnlyList<Outcome> outcomes)
    {
        string[] policies = [.. outcomes.Select(o => o.Policy).Distinct()];
        output.WriteLine($"| trace | cache | {string.Join(" | ", policies.Select(p => $"{p}, requests"))} | {string.Join(" | ", policies.Select(p => $"{p}, bytes"))} |");
        output.WriteLine($"|---|--:|{string.Concat(Enumerable.Repeat("--:|", 2 * policies.Length))}");
        foreach (var line in outcomes.GroupBy(o => (o.Trace, o.CacheFraction)))
            output.WriteLine($"| {line.Key.Trace} | {line.Key.CacheFraction:P0} | {string.Join(" | ", line.Select(o => $"{o.Requests:P1}"))} | {string.Join(" | ", line.Select(o => $"{o.Bytes:P1}"))} |");
    }
}
