using System.Globalization;
using Sluice.Video.Derivatives;
using Sluice.Video.Options;

namespace Sluice.Video.Debug;

/// <summary>The panels of row U081 as names and values: the page and the JSON show the same.</summary>
internal static class DebugPanels
{
    public static IEnumerable<(string Title, IReadOnlyList<(string Name, string Value)> Rows)> Of(DebugReport report)
    {
        yield return ("Request", Request(report));
        yield return ("Path match", PathMatch(report));
        yield return ("Transformation", Transformation(report));
        yield return ("Client detection", Client(report));
        yield return ("Cache", Cache(report));
        yield return ("Performance", [.. report.Timings.Select(t => (t.Name, DebugText.Milliseconds(t.Time) + " ms")), ("total", DebugText.Milliseconds(report.Elapsed) + " ms")]);
    }

    private static List<(string, string)> Request(DebugReport report) => Rows(
        ("method", report.Method), ("URL", report.ShownUrl), ("id", report.RequestId), ("switches", report.Plan.Debug.ToString()));

    private static List<(string, string)> PathMatch(DebugReport report) => Rows(
        ("route", report.Route), ("origin", report.Origin), ("source", report.Plan.SourcePath), ("plan", report.Plan.Kind.ToString().ToLowerInvariant()));

    private static List<(string, string)> Transformation(DebugReport report)
    {
        if (report.Plan.Error is { } error) return Rows(("error", error.Code), ("message", error.Message));
        if (report.Plan.Options is not { } o) return [];
        return Rows(
            ("mode", OptionNames.Of(o.Mode)), ("derivative", o.Derivative), ("format", o.Format), ("width", Text(o.Width)), ("height", Text(o.Height)),
            ("fit", o.Width is null ? null : OptionNames.Of(o.Fit)), ("time", o.Place?.ToString() ?? (o.Time is { } time ? TimeText.Format(time) : null)), ("duration", o.Duration is { } most ? TimeText.Format(most) : null),
            ("quality", o.Quality is { } quality ? OptionNames.Of(quality) : null), ("compression", o.Compression is { } compression ? OptionNames.Of(compression) : null),
            ("bitrate", Text(o.Bitrate)), ("audio", o.Audio ? "true" : "false"), ("fps", Text(o.FramesPerSecond)), ("speed", Text(o.Speed)), ("rotate", Text(o.Rotate)),
            ("columns", Text(o.Columns)), ("rows", Text(o.Rows)), ("interval", o.Interval is { } interval ? TimeText.Format(interval) : null), ("crop", o.Crop?.ToString()), ("touched up", o.Tuning is { } tuning ? DerivativeText.Format(new() { Tuning = tuning }) : null), ("filename", o.FileName),
            ("canonical query", report.Plan.Query), ("recipe", report.Plan.Recipe));
    }

    private static List<(string, string)> Client(DebugReport report)
    {
        var client = ClientFacts.Of(report.Field);
        return [.. Rows(("device", client.Device), ("network", client.Network), ("plays WebM", client.PlaysWebm ? "true" : "false"), ("decided by fields", report.Plan.Vary ?? "none")), .. client.Fields];
    }

    private static List<(string, string)> Cache(DebugReport report) =>
    [
        .. Rows(
            ("outcome", report.Outcome), ("key", report.Plan.Key), ("tags", string.Join(", ", report.Plan.Tags)), ("version", report.Version),
            ("age", Seconds(report.Age)), ("fresh for", Seconds(report.Remaining)), ("type", report.ContentType), ("bytes", Text(report.Length))),
        .. report.Tiers.Select(t => (t.Name, t.Detail.Length == 0 ? t.Answer : $"{t.Answer} ({t.Detail})")),
    ];

    private static string? Text<T>(T? value) where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture);

    private static string? Seconds(TimeSpan? time) => time is { } given ? given.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s" : null;

    private static List<(string, string)> Rows(params (string Name, string? Value)[] rows) => [.. rows.Where(r => !string.IsNullOrEmpty(r.Value)).Select(r => (r.Name, r.Value!))];
}
