using System.Globalization;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Debug;

/// <summary>A report as header fields (rows U080, U082).</summary>
public static class DebugHeaders
{
    private const int MostSteps = 25;
    private const int LongestField = 500;

    /// <summary>The fields, each once.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(DebugReport report)
    {
        var fields = new List<KeyValuePair<string, string>>();
        var (plan, client) = (report.Plan, ClientFacts.Of(report.Field));
        Add("X-Processing-Time-Ms", DebugText.Milliseconds(report.Elapsed));
        Add("X-Request-ID", report.RequestId);
        Add("X-Pattern-Matched", report.Route);
        Add("X-Origin-Name", report.Origin);
        if (plan.SourcePath.Length > 0) Add("X-Source-Path", plan.SourcePath);
        Add("X-Transform-Source", plan.Kind == VideoPlanKind.Variant ? (report.Outcome is "hit" or "stale" ? "cache" : "ffmpeg") : plan.Kind.ToString().ToLowerInvariant());
        if (plan.Options is { } options)
        {
            Add("X-Transform-Mode", OptionNames.Of(options.Mode));
            Add("X-Transform-Params", plan.Query.TrimStart('?'));
            Add("X-Derivative-Applied", options.Derivative ?? "none");
            Add("X-Cache-Key", plan.Key);
            Add("X-Cache-Tags", string.Join(',', plan.Tags));
        }
        Add("X-Device-Type", client.Device);
        Add("X-Network-Quality", client.Network);
        Add("X-Cache-Enabled", plan.Debug.HasFlag(DebugSwitches.BypassAll) ? "false" : "true");
        Add("X-Cache-Result", report.Outcome);
        Add("X-Cache-TTL", report.Remaining is { } left ? Math.Max(0, (long)left.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null);
        Add("X-Cache-Version", report.Version);
        Add("X-Component-Timing", report.Timings.Count == 0 ? null : string.Join(", ", report.Timings.Select(t => $"{t.Name}={DebugText.Milliseconds(t.Time)}ms")));
        AddSteps();
        return fields;

        void Add(string name, string? value)
        {
            if (string.IsNullOrEmpty(value)) return;
            var text = DebugText.FieldValue(value);
            fields.Add(new(name, text.Length <= LongestField ? text : text[..LongestField]));
        }

        void AddSteps()
        {
            if (plan.Trace.Count == 0) return;
            Add("X-Breadcrumbs-Count", plan.Trace.Count.ToString(CultureInfo.InvariantCulture));
            var text = string.Join(" | ", plan.Trace.Take(MostSteps).Select(s => $"{s.Category}: {s.Message}"));
            foreach (var (i, part) in text.Chunk(LongestField).Index()) Add($"X-Breadcrumbs-{i + 1}", new string(part));
        }
    }
}
