using System.CommandLine;
using Sluice.Monitoring;

namespace Sluice.Commands;

/// <summary><c>sluice top</c>: the dashboard in a terminal.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("top", "Show the dashboard in the terminal, until Ctrl-C; once when the output is piped, or the terminal obeys nothing (TERM=dumb).")
        {
            Examples = [("Of the last week", "sluice top --period week"), ("Of all servers that share a Redis", "sluice top --node all")],
        };
        var period = new Option<string>("--period") { HelpName = "PERIOD", Description = "day, week or month. Default: day.", DefaultValueFactory = _ => "day" };
        period.AcceptOnlyFromAmong("day", "week", "month");
        var scope = new Option<string?>("--scope") { HelpName = "SCOPE", Description = "media, or urls for presigned URLs. Default: media." };
        scope.AcceptOnlyFromAmong("media", "urls");
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "Another server on the same Redis, or all of them. Default: the one that is asked." };
        var once = new Option<bool>("--once") { Description = "Show it once." };
        command.Options.Add(period);
        command.Options.Add(scope);
        command.Options.Add(node);
        command.Options.Add(once);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            using var signals = new Hosting.StopSignals(cancellation);
            var live = !parsed.GetValue(once) && !api.Json(parsed) && terminal.IsScreen && terminal.Environment.GetValueOrDefault("TERM") != "dumb";
            using var screen = new Screen(terminal, live);
            var of = parsed.GetValue(node) is { } wanted ? "&node=" + Uri.EscapeDataString(wanted) : "";
            try
            {
                while (true)
                {
                    var name = parsed.GetValue(period)!;
                    var summary = await client.GetAsync($"/v1/monitoring/summary?period={name}{of}", MonitoringJson.Wire.MonitoringSummary, signals.Stopping);
                    if (api.Json(parsed))
                    {
                        Output.Json(terminal.Out, summary, MonitoringJson.Wire.MonitoringSummary);
                        return ExitCode.Ok;
                    }

                    var set = parsed.GetValue(scope) ?? "media";
                    if (summary.Scopes.FirstOrDefault(one => one.Name == set) is not { } panels)
                    {
                        screen.Dispose(); // what is said inside is gone with it
                        return terminal.Fail(ExitCode.Usage, "--scope: this server hands out no presigned URLs; it has no bucket");
                    }

                    var trend = await client.GetAsync($"/v1/monitoring/trend?period={name}&scope={set}{of}", MonitoringJson.Wire.TrendSeries, signals.Stopping);
                    await screen.ShowAsync(TopScreen.Draw(summary, panels, trend));
                    if (!live) return ExitCode.Ok;
                    await Task.Delay(Beat, terminal.Time, signals.Stopping);
                }
            }
            catch (OperationCanceledException) when (signals.Stopping.IsCancellationRequested)
            {
                // Between two screens, or while a server that hangs was asked for the next. Who wanted it once has not got it.
                return live ? ExitCode.Ok : ExitCode.Interrupted;
            }
        }));
        return command;
    }

    /// <summary>Where it is live a screen of its own, which leaves the terminal as it was.</summary>
    private sealed class Screen(Terminal terminal, bool isLive) : IDisposable
    {
        private bool isInside;

        public async Task ShowAsync(string text)
        {
            // Entered only when there is something to show, as a message would be gone with it.
            if (isLive && !isInside) terminal.Out.Write("\u001b[?1049h\u001b[?25l");
            isInside = isLive;
            terminal.Out.Write(isLive ? TopScreen.Over(text, Console.WindowHeight, Console.WindowWidth) : text);
            await terminal.Out.FlushAsync(CancellationToken.None);
        }

        public void Dispose()
        {
            if (isInside) terminal.Out.Write("\u001b[?25h\u001b[?1049l");
            isInside = false;
        }
    }
}
