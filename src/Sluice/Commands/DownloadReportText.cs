using System.Globalization;
using Sluice.Configuration;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>What <c>sluice cache report</c> writes.</summary>
internal static class DownloadReportText
{
    /// <summary>Writes it.</summary>
    public static int Write(Terminal terminal, S3DownloadReport report, bool json)
    {
        if (json)
        {
            Output.Json(terminal.Out, report, DownloadJson.Default.S3DownloadReport);
            return ExitCode.Ok;
        }
        Output.Pairs(terminal.Out,
            ("calls", string.Create(CultureInfo.InvariantCulture, $"{report.Calls:N0}{(report.Since is { } since ? $" since {since.UtcDateTime:yyyy-MM-dd HH:mm}Z" : "")}")),
            ("files", string.Create(CultureInfo.InvariantCulture, $"{report.Files:N0} different ones, {ByteSize.Display(report.FileBytes)}; {report.AskedOnce:N0} asked for once")),
            ("busiest hour", report.Calls == 0 ? "none yet" : $"{Busiest(report)}:00 to {Busiest(report)}:59 UTC"));
        terminal.Out.WriteLine();
        Output.Table(terminal.Out, ["size", "bytes", "files", "hit rate", "fetched"], report.Sizes.Select(size => (string[])
        [
            string.Create(CultureInfo.InvariantCulture, $"{size.Factor}x{(size.Factor == 1 ? " (now)" : "")}"), ByteSize.Display(size.MaximumBytes),
            size.MaximumEntries.ToString("N0", CultureInfo.InvariantCulture), size.HitRate.ToString("P1", CultureInfo.InvariantCulture), ByteSize.Display(size.FetchedBytes),
        ]));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(report.Advice);
        return ExitCode.Ok;
    }

    private static int Busiest(S3DownloadReport report) => report.CallsByHour.Select((count, hour) => (count, hour)).MaxBy(item => item.count).hour;
}
