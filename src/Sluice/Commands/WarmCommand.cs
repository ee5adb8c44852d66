using System.CommandLine;
using Sluice.Configuration;

namespace Sluice.Commands;

/// <summary><c>sluice warm</c>.</summary>
internal static class WarmCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("warm", "Have a running server fetch objects ahead of their first viewers. Of an HLS manifest also what it names: the beginning of each rendition first. Exit code 1 when something is not held in the end.")
        {
            Examples =
            [
                ("A video in all its renditions", "sluice warm /hls/a/master.m3u8"),
                ("The first gigabyte of what opens tomorrow", "sluice warm --list premieres.txt --budget 1GiB"),
                ("A manifest alone", "sluice warm /hls/a/master.m3u8 --no-follow"),
            ],
        };
        var urls = new Argument<string[]>("URL") { Description = "Paths with their queries, as viewers ask for them, or whole URLs of the edge.", Arity = ArgumentArity.ZeroOrMore };
        var list = new Option<string?>("--list") { HelpName = "FILE", Description = "More of them, one a line; - reads standard input." };
        var budget = new Option<string?>("--budget") { HelpName = "SIZE", Description = "Begin nothing more once so much was fetched. Default: no bound; the disk tier makes room by taking out what is used least." };
        var parallel = new Option<int>("--parallel") { HelpName = "NUMBER", Description = "How many at once, 1 to 64. Default: 4.", DefaultValueFactory = _ => 4 };
        var alone = new Option<bool>("--no-follow") { Description = "Do not look into manifests." };
        command.Arguments.Add(urls);
        foreach (var option in (Option[])[list, budget, parallel, alone]) command.Options.Add(option);
        var api = new ApiFlags(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            long? most = null;
            if (parsed.GetValue(budget) is { } text)
            {
                if (!ValueKinds.Size.Parse(text, out var size))
                    return terminal.Fail(ExitCode.Usage, $"--budget: {ValueKinds.Size.Problem(text)}; {ValueKinds.Size.Advice}");
                most = size;
            }
            if (parsed.GetValue(parallel) is < 1 or > 64)
                return terminal.Fail(ExitCode.Usage, $"--parallel: {parsed.GetValue(parallel)} is not a number from 1 to 64");
            List<string> wanted;
            try
            {
                wanted = [.. parsed.GetValue(urls)!, .. parsed.GetValue(list) is { } file ? GetMany.Read(file).Select(item => item.Item1) : []];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return terminal.Fail(ExitCode.Usage, $"--list: {e.Message}");
            }
            if (wanted.Count == 0)
                return terminal.Fail(ExitCode.Usage, "say what to fetch, such as sluice warm /hls/a/master.m3u8, or give --list FILE");
            return await api.AskAsync(parsed, terminal, client => new WarmUp(client, terminal, most, !parsed.GetValue(alone)).RunAsync(wanted, parsed.GetValue(parallel), api.Json(parsed), cancellation));
        });
        return command;
    }
}
