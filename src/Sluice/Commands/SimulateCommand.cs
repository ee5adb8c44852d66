using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using Sluice.Configuration;
using Sluice.Monitoring;
using Sluice.Simulation;

namespace Sluice.Commands;

/// <summary><c>sluice simulate</c>: what other cache sizes and policies would bring.</summary>
internal static class SimulateCommand
{
    private const int ChartCells = 50;
    private static readonly string[] Policies = ["s3fifo", "lru"];

    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("simulate", "What caches of other sizes and policies would bring: hit rates, and what they would save. From an access log, or from what a running server sees.")
        {
            Examples = [("What larger memory would bring", "sluice simulate /var/log/nginx/access.log"), ("From a running server", "sluice simulate --live"), ("Some sizes, as data", "sluice simulate access.log.gz --size 10GB --size 50GB --json")],
        };
        var file = new Argument<string?>("ACCESS.LOG") { Arity = ArgumentArity.ZeroOrOne, Description = "An access log of nginx (combined), Sluice (text or JSON) or S3; .gz too, - for standard input." };
        var size = new Option<string[]>("--size") { HelpName = "SIZE", Description = "A size to try; may be given several times. Default: from a hundredth of what the log asks for up to all of it." };
        var live = new Option<bool>("--live") { Description = "Ask a running server, which samples what it is asked, instead of reading a log." };
        var period = new Option<string>("--period") { HelpName = "PERIOD", Description = "With --live: day, week or month. Default: day.", DefaultValueFactory = _ => "day" };
        period.AcceptOnlyFromAmong("day", "week", "month");
        command.Arguments.Add(file);
        command.Options.Add(size);
        command.Options.Add(live);
        command.Options.Add(period);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(live) == (parsed.GetValue(file) is not null))
                return Task.FromResult(terminal.Fail(ExitCode.Usage, "name an access log, or ask a running server with --live"));

            if (parsed.GetResult(parsed.GetValue(live) ? (Option)size : period) is { Implicit: false } unused)
                return Task.FromResult(terminal.Fail(ExitCode.Usage, $"{unused.Option.Name} is {(parsed.GetValue(live) ? "for a log: a running server samples sizes of its own" : "for --live: a log is read from its beginning to its end")}; leave it out"));

            if (parsed.GetValue(live)) return api.AskAsync(parsed, terminal, client => LiveSimulation.ShowAsync(client, parsed.GetValue(period)!, api.Json(parsed), terminal, cancellation));
            var sizes = new List<long>();
            foreach (var text in parsed.GetValue(size) ?? [])
            {
                if (!ByteSize.TryParse(text, out var bytes) || bytes <= 0)
                    return Task.FromResult(terminal.Fail(ExitCode.Usage, $"--size: \"{text}\" is not a size; write one such as 10GB"));

                sizes.Add(bytes);
            }

            return RunAsync(parsed.GetValue(file)!, sizes, api.Json(parsed), terminal, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(string file, List<long> sizes, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var simulation = new CacheSimulation();
        var left = 0L;
        try
        {
            await using var input = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            await using var plain = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(input, CompressionMode.Decompress) : input;
            using var reader = new StreamReader(plain);
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                if (LogFormats.TryRead(line, out var request)) simulation.Add(request);
                else left++;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return terminal.Fail(ExitCode.Failure, Explain(file, e));
        }

        if (simulation.Requests == 0)
            return terminal.Fail(ExitCode.Failure, $"{file} has no successful GET in a format that is known: nginx combined, Sluice (text or JSON), S3");

        if (sizes.Count == 0) sizes = [.. new[] { 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1 }.Select(share => Math.Max(1, (long)(simulation.Footprint * share)))];
        var results = (from capacity in sizes.Order() from policy in Policies select simulation.Run(policy, capacity)).ToList();
        if (json) Output.Json(terminal.Out, results, SimulationJson.Default.IReadOnlyListSimulationResult);
        else Write(terminal.Out, simulation, results, left);
        return ExitCode.Ok;
    }

    private static string Explain(string file, Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"there is no file {file}; name an access log of nginx, Sluice or S3, or - for standard input",
        _ when Directory.Exists(file) => $"{file} is a folder; name a log in it",
        UnauthorizedAccessException => $"{file} may not be read by this user; choose another, or run as one who may",
        InvalidDataException => $"{file} is not compressed by gzip, as its name says; name it without .gz",
        _ => $"{file}: {failure.Message}",
    };

    private static void Write(TextWriter output, CacheSimulation simulation, List<SimulationResult> results, long left)
    {
        var prices = new Prices();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{simulation.Requests:N0} requests for {simulation.Objects:N0} objects of {ByteSize.Display(simulation.Footprint)}, {ByteSize.Display(simulation.Sent)} sent; {left:N0} lines left out (no successful GET)"));
        output.WriteLine();
        Output.Table(output, ["size", "policy", "hit rate", "of bytes", "origin sends", "saves"], results.Select(result => (string[])[
            ByteSize.Display(result.Capacity), result.Policy, Percent(result.HitRatio), Percent(result.ByteRatio), ByteSize.Display(result.Sent - result.HitBytes),
            FormattableString.Invariant($"{prices.Of(result.HitBytes, result.Hits):0.00##} {prices.Currency}")]));
        output.WriteLine();
        output.WriteLine("hit rate by size (█ both policies, ░ s3fifo only, ▒ lru only)");
        foreach (var size in results.GroupBy(result => result.Capacity))
        {
            var (ours, lru) = (Cells(size.First(one => one.Policy == "s3fifo")), Cells(size.First(one => one.Policy == "lru")));
            output.WriteLine($"{ByteSize.Display(size.Key),10} |{new string('█', Math.Min(ours, lru))}{new string(lru > ours ? '▒' : '░', Math.Abs(ours - lru))}{new string(' ', ChartCells - Math.Max(ours, lru))}| {Percent(size.First().HitRatio)}");
        }

        output.WriteLine();
        output.WriteLine(FormattableString.Invariant($"Prices: {prices.PerGigabyte:0.####} {prices.Currency} a GB, {prices.PerThousandRequests:0.######} a thousand requests. Freshness is not simulated: objects count as fresh."));
    }

    private static int Cells(SimulationResult result) => (int)Math.Round(result.HitRatio * ChartCells);

    private static string Percent(double ratio) => ratio.ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);
}
