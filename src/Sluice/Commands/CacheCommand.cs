using System.CommandLine;
using System.Globalization;
using Sluice.Configuration;
using Sluice.Hosting;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary><c>sluice cache</c>: what the download cache holds, and what to do with it.</summary>
internal static class CacheCommand
{
    /// <summary>Makes the command and those below it.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("cache", "Look at the download cache of sluice get, fill it, and empty it.");
        command.Subcommands.Add(Simple(terminal, "ls", "List the files, last used first.", (cache, json) => List(terminal, cache.Entries(), json)));
        command.Subcommands.Add(Simple(terminal, "stats", "Show hits, size and the files used most, over all processes.", (cache, json) => Statistics(terminal, cache.GetStatistics(), json)));
        command.Subcommands.Add(Simple(terminal, "clear", "Delete all files, and the counts.", (cache, json) =>
        {
            terminal.Out.WriteLine($"deleted {cache.Clear()} files");
            return ExitCode.Ok;
        }));
        command.Subcommands.Add(Simple(terminal, "verify", "Read every file and compare it with what was fetched; the damaged ones are deleted. Exit code 1 when there were any.", (cache, json) => Verify(terminal, cache, json)));
        command.Subcommands.Add(Simple(terminal, "report", "Show how the cache is used, and what it would be worth at half, twice and four times the size.", (cache, json) => DownloadReportText.Write(terminal, cache.Report(), json)));
        command.Subcommands.Add(Remove(terminal));
        command.Subcommands.Add(Warm(terminal));
        return command;
    }

    private static ProgramCommand Simple(Terminal terminal, string name, string description, Func<S3DownloadCache, bool, int> run)
    {
        var command = new ProgramCommand(name, description);
        var flags = new DownloadFlags(command, asks: false);
        command.SetAction((parsed, _) => flags.UseAsync(parsed, terminal, cache => Task.FromResult(run(cache, flags.Json(parsed)))));
        return command;
    }

    private static ProgramCommand Remove(Terminal terminal)
    {
        var command = new ProgramCommand("rm", "Delete the files of some addresses. Exit code 5 when one was not held.") { Examples = [("One file", "sluice cache rm s3://media/clip.mp4")] };
        var urls = new Argument<string[]>("s3://BUCKET/KEY") { Arity = ArgumentArity.OneOrMore, Description = "The addresses, as they were asked for." };
        var profile = new Option<string?>("--profile") { HelpName = "TEXT", Description = "Profile they were asked for with." };
        command.Arguments.Add(urls);
        command.Options.Add(profile);
        var flags = new DownloadFlags(command, asks: false);
        command.SetAction((parsed, _) => flags.UseAsync(parsed, terminal, cache =>
        {
            var missing = parsed.GetValue(urls)!.Where(url => !cache.Remove(url, parsed.GetValue(profile))).ToList();
            foreach (var url in missing)
                terminal.Complain($"{url} is not in the cache; sluice cache ls shows what is");
            return Task.FromResult(missing.Count == 0 ? ExitCode.Ok : ExitCode.NotFound);
        }));
        return command;
    }

    private static ProgramCommand Warm(Terminal terminal)
    {
        var command = new ProgramCommand("warm", "Fetch ahead what is not held or not current.") { Examples = [("What a job will need", "sluice cache warm --prefix s3://media/reference/"), ("A list", "sluice cache warm --list urls.txt")] };
        var list = new Option<string?>("--list") { HelpName = "FILE", Description = "Addresses, one a line; - reads standard input." };
        var prefix = new Option<string?>("--prefix") { HelpName = "s3://BUCKET/PREFIX", Description = "Everything below a prefix." };
        command.Options.Add(list);
        command.Options.Add(prefix);
        var flags = new DownloadFlags(command, asks: true);
        command.SetAction((parsed, cancellation) => flags.UseAsync(parsed, terminal, async cache =>
        {
            using var signals = new StopSignals(cancellation);
            var options = flags.Options(parsed);
            var urls = (parsed.GetValue(list), parsed.GetValue(prefix)) switch
            {
                ({ } file, null) => GetMany.Read(file).ConvertAll(item => item.Item1),
                (null, { } below) => await BucketListing.ReadAsync(terminal, cache, below, options, signals.Stopping).Select(item => item.S3Url).ToListAsync(signals.Stopping),
                _ => throw new ArgumentException("give one of --list FILE and --prefix s3://BUCKET/PREFIX"),
            };
            return await new WarmRun(terminal, flags.Json(parsed)).RunAsync(cache, urls, options, signals.Stopping);
        }));
        return command;
    }

    private static int List(Terminal terminal, IReadOnlyList<S3DownloadEntry> entries, bool json)
    {
        if (json)
            Output.Json(terminal.Out, entries, DownloadJson.Default.IReadOnlyListS3DownloadEntry);
        else
            Output.Table(terminal.Out, ["address", "size", "hits", "fetched", "last used"], entries.Select(entry => (string[])
                [entry.S3Url.Length > 0 ? entry.S3Url : entry.Key, ByteSize.Display(entry.Size), entry.HitCount.ToString(CultureInfo.InvariantCulture), Moment(entry.CreatedAt), Moment(entry.LastAccessedAt)]));
        return ExitCode.Ok;
    }

    private static int Statistics(Terminal terminal, S3DownloadStatistics stats, bool json)
    {
        if (json)
        {
            Output.Json(terminal.Out, stats, DownloadJson.Default.S3DownloadStatistics);
            return ExitCode.Ok;
        }
        Output.Pairs(terminal.Out,
            ("files", string.Create(CultureInfo.InvariantCulture, $"{stats.EntryCount:N0} of {stats.MaximumEntries:N0}")),
            ("size", $"{ByteSize.Display(stats.TotalSize)} of {ByteSize.Display(stats.MaximumSize)}"),
            ("hits", string.Create(CultureInfo.InvariantCulture, $"{stats.Hits:N0} of {stats.Hits + stats.Misses:N0} ({stats.HitRate:P1})")),
            ("saved", $"{ByteSize.Display(stats.SavedBytes)}, fetched {ByteSize.Display(stats.FetchedBytes)}"),
            ("evicted", string.Create(CultureInfo.InvariantCulture, $"{stats.Evictions:N0}, expired {stats.Expirations:N0}")));
        if (stats.MostUsed.Count == 0)
            return ExitCode.Ok;
        terminal.Out.WriteLine();
        Output.Table(terminal.Out, ["most used", "hits", "size"], stats.MostUsed.Select(entry => (string[])[entry.S3Url, entry.HitCount.ToString(CultureInfo.InvariantCulture), ByteSize.Display(entry.Size)]));
        return ExitCode.Ok;
    }

    private static int Verify(Terminal terminal, S3DownloadCache cache, bool json)
    {
        var count = cache.Entries().Count;
        var damaged = cache.VerifyAsync().GetAwaiter().GetResult();
        if (json)
            Output.Json(terminal.Out, damaged, DownloadJson.Default.IReadOnlyListS3DownloadEntry);
        else
            terminal.Out.WriteLine($"{count} files read, {damaged.Count} damaged and deleted");
        foreach (var entry in damaged)
            terminal.Complain($"{entry.S3Url} was damaged; the next sluice get fetches it anew");
        return damaged.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
