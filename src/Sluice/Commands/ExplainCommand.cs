using System.CommandLine;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.Edge.Explain;

namespace Sluice.Commands;

/// <summary><c>sluice explain</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("explain", "Say what a running server knows about a path, and what the next request for it would be, and why. Fetches nothing.")
        {
            Examples = [("Why was this a miss?", "sluice explain /clip.mp4"), ("A whole URL, as JSON", "sluice explain 'http://127.0.0.1:8081/hls/master.m3u8?v=2' --json")],
        };
        var url = new Argument<string>("URL") { Description = "A path with its query, or a whole URL of the edge." };
        command.Arguments.Add(url);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var path = "/v1/cache/explain?url=" + Uri.EscapeDataString(parsed.GetValue(url)!);
            var explanation = await client.GetAsync(path, ApiJson.Wire.Explanation, cancellation);
            api.Write(parsed, terminal.Out, explanation, ApiJson.Wire.Explanation, Write);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void Write(TextWriter output, Explanation explanation)
    {
        output.WriteLine($"The next GET {explanation.Target} would be: {explanation.Next}. {explanation.Why}");
        output.WriteLine();
        Output.Pairs(output,
            ("route", explanation.Route ?? "none"),
            ("origin", explanation.Origin ?? "none"),
            ("key", explanation.Key ?? "none"),
            ("hash", explanation.KeyHash ?? "none"));
        foreach (var stored in explanation.Stored)
        {
            output.WriteLine();
            Output.Pairs(output, [.. Rows(stored)]);
        }
    }

    private static IEnumerable<(string Name, string Value)> Rows(StoredExplanation stored)
    {
        yield return ("stored", $"status {stored.Status}, {(stored.Length is { } length ? ByteSize.Display(length) : "length not known yet")}{(stored.ETag is null ? ", no ETag" : $", ETag {stored.ETag}")}");
        yield return ("memory", ByteSize.Display(stored.MemoryBytes));
        yield return ("disk", ByteSize.Display(stored.DiskBytes) + (stored.IsFilling ? ", more is being fetched" : ""));
        yield return ("freshness", stored.FreshForSeconds >= 0
            ? $"fresh for {Seconds(stored.FreshForSeconds)} more, age {Seconds(stored.AgeSeconds)} of {Seconds(stored.LifetimeSeconds)}"
            : $"stale since {Seconds(-stored.FreshForSeconds)}, age {Seconds(stored.AgeSeconds)} of {Seconds(stored.LifetimeSeconds)}");
        yield return ("when stale", $"served {Seconds(stored.StaleWhileRevalidateSeconds)} while checked, {Seconds(stored.StaleIfErrorSeconds)} while the origin fails");
        if (stored.Tags.Count > 0)
            yield return ("tags", string.Join(", ", stored.Tags));
        if (stored.Vary.Count > 0)
            yield return ("varies by", string.Join(", ", stored.Vary));
    }

    private static string Seconds(long seconds) => Duration.Format(TimeSpan.FromSeconds(seconds));
}
