using System.Globalization;
using Sluice.Monitoring;

namespace Sluice.Commands;

/// <summary><c>sluice simulate --live</c>: what a running server's sampled caches of other sizes did.</summary>
internal static class LiveSimulation
{
    private const int ChartCells = 50;

    /// <summary>Asks, and shows a table and a chart.</summary>
    public static async Task<int> ShowAsync(ApiClient client, string period, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var found = await client.GetAsync($"/v1/monitoring/whatif?period={period}", MonitoringJson.Wire.WhatIf, cancellation);
        if (json)
        {
            Output.Json(terminal.Out, found, MonitoringJson.Wire.WhatIf);
            return ExitCode.Ok;
        }

        if (found.Rows.Count == 0)
        {
            terminal.Out.WriteLine("Nothing was asked for in this period, so nothing is known yet. Let it run for as long as the cache takes to fill, or play a log: sluice simulate ACCESS.LOG");
            return ExitCode.Ok;
        }

        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{found.Requests:N0} requests of the last {period}, from {found.Share:0.####}% of the objects"));
        terminal.Out.WriteLine();
        Output.Table(terminal.Out, ["size", "", "policy", "hit rate", "of bytes", "saves", "difference"], found.Rows.Select(row => (string[])[
            row.CapacityText, row.Factor == 1 && row.Policy == found.Policy ? "now" : row.Factor.ToString("0.#x", CultureInfo.InvariantCulture), row.Policy, row.HitText, row.ByteText, row.MoneyText, row.DifferenceText]));
        terminal.Out.WriteLine();
        foreach (var row in found.Rows.Where(row => row.Policy == found.Policy))
            terminal.Out.WriteLine($"{row.CapacityText,10} |{new string('█', Cells(row.HitPercent)).PadRight(ChartCells)}| {row.HitText}");
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("An estimate: freshness is not simulated, and what a larger cache would hold shows only once as much has passed through this one.");
        return ExitCode.Ok;
    }

    private static int Cells(double? percent) => (int)Math.Clamp(Math.Round((percent ?? 0) / 100 * ChartCells), 0, ChartCells);
}
