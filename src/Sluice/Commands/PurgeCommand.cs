using System.CommandLine;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.Core.Tags;

namespace Sluice.Commands;

/// <summary><c>sluice purge</c>.</summary>
internal static class PurgeCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("purge", "Take objects out of a running server's cache, and print the receipt. Give one of --url, --prefix, --tag and --source.")
        {
            Examples =
            [
                ("One object", "sluice purge --url /clip.mp4"),
                ("What would go?", "sluice purge --prefix /hls/ --dry-run"),
                ("Check with the origin at the next use, and serve meanwhile what is there", "sluice purge --prefix /hls/ --soft"),
            ],
        };
        var url = new Option<string?>("--url") { HelpName = "PATH", Description = "One path with its query, or a whole URL of the edge." };
        var prefix = new Option<string?>("--prefix") { HelpName = "PATH", Description = "Every path that begins with this text." };
        var tag = new Option<string?>("--tag") { HelpName = "TAG", Description = "Every object that carries this tag." };
        var source = new Option<string?>("--source") { HelpName = "PATH", Description = "Every object made from this path: itself and its variants." };
        var soft = new Option<bool>("--soft") { Description = "Make them stale instead: they are checked with the origin at their next use." };
        var dry = new Option<bool>("--dry-run") { Description = "Change nothing; say what would go." };
        foreach (var option in (Option[])[url, prefix, tag, source, soft, dry])
            command.Options.Add(option);
        var api = new ApiFlags(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var body = new PurgeBody
            {
                Url = parsed.GetValue(url),
                Prefix = parsed.GetValue(prefix),
                Tag = parsed.GetValue(tag),
                Source = parsed.GetValue(source),
                Soft = parsed.GetValue(soft),
                DryRun = parsed.GetValue(dry),
            };
            if (body.ToRequest(out var reason) is null)
                return terminal.Fail(ExitCode.Usage, $"{reason.TrimEnd('.')} (--url, --prefix, --tag, --source); such as sluice purge --url /clip.mp4");
            return await api.AskAsync(parsed, terminal, async client =>
            {
                var receipt = await client.PostAsync("/v1/cache/purge", body, ApiJson.Wire.PurgeBody, ApiJson.Wire.PurgeReceipt, cancellation);
                api.Write(parsed, terminal.Out, receipt, ApiJson.Wire.PurgeReceipt, Write);
                return ExitCode.Ok;
            });
        });
        return command;
    }

    private static void Write(TextWriter output, PurgeReceipt receipt)
    {
        var verb = (receipt.DryRun, receipt.Soft) switch
        {
            (true, false) => "would purge",
            (true, true) => "would make stale",
            (false, false) => "purged",
            (false, true) => "made stale",
        };
        output.WriteLine($"{verb} {receipt.Objects} object{(receipt.Objects == 1 ? "" : "s")}: {ByteSize.Display(receipt.MemoryBytes)} in memory, {ByteSize.Display(receipt.DiskBytes)} on disk{(receipt.SharedBytes > 0 ? $", {ByteSize.Display(receipt.SharedBytes)} shared" : "")}{(receipt.Values > 0 ? $", {receipt.Values} small value{(receipt.Values == 1 ? "" : "s")}" : "")}{(receipt.Flights > 0 ? $", {receipt.Flights} being fetched" : "")}");
        if (receipt.Nodes > 1 || receipt.SilentNodes > 0)
            output.WriteLine($"  on {receipt.Nodes} node{(receipt.Nodes == 1 ? "" : "s")}{(receipt.SilentNodes > 0 ? $"; {receipt.SilentNodes} did not answer and purge{(receipt.SilentNodes == 1 ? "s" : "")} once back" : "")}");
        foreach (var example in receipt.Examples)
            output.WriteLine($"  {example}");
        if (receipt.Examples.Count < receipt.Objects)
            output.WriteLine($"  and {receipt.Objects - receipt.Examples.Count} more");
    }
}
