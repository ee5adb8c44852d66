using System.CommandLine;
using System.Globalization;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.Edge.Variants;
using Sluice.Video.Metadata;

namespace Sluice.Commands;

/// <summary><c>sluice variants</c>.</summary>
internal static class VariantsCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("variants", "Look at what a running server has made of a video, or take it out.")
        {
            Examples = [("What is there of a clip?", "sluice variants ls /clip.mp4"), ("Make a derivative ahead", "sluice variants make '/clip.mp4?derivative=mobile'"), ("Take all its variants out, and leave the original", "sluice variants rm /clip.mp4")],
        };
        command.Subcommands.Add(List(terminal));
        command.Subcommands.Add(Remove(terminal));
        command.Subcommands.Add(Make(terminal));
        command.Subcommands.Add(SignCommand.Create(terminal));
        return command;
    }

    private static ProgramCommand List(Terminal terminal)
    {
        var command = new ProgramCommand("ls", "List the stored variants of a source.") { Examples = [("In a script", "sluice variants ls /clip.mp4 --json | jq -r '.variants[].url'")] };
        var (source, api) = Flags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var list = await GetAsync(client, parsed.GetValue(source)!, cancellation);
            if (api.Json(parsed)) Output.Json(terminal.Out, list, ApiJson.Wire.VariantList);
            else Output.Table(terminal.Out, ["variant", "type", "size", "made", "memory", "disk"], list.Variants.Select(v => (string[])
                [v.Url, v.Metadata.ContentType, ByteSize.Display(v.Metadata.ContentLength), Made(v.Metadata), ByteSize.Display(v.MemoryBytes), ByteSize.Display(v.DiskBytes)]));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static ProgramCommand Remove(Terminal terminal)
    {
        var command = new ProgramCommand("rm", "Take every stored variant of a source out of the cache; the source itself stays.") { Examples = [("Of one source", "sluice variants rm /clip.mp4")] };
        var (source, api) = Flags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var list = await GetAsync(client, parsed.GetValue(source)!, cancellation);
            foreach (var variant in list.Variants)
                await client.PostAsync("/v1/cache/purge", new PurgeBody { Url = variant.Url }, ApiJson.Wire.PurgeBody, ApiJson.Wire.PurgeReceipt, cancellation);
            if (api.Json(parsed)) Output.Json(terminal.Out, list, ApiJson.Wire.VariantList);
            else terminal.Out.WriteLine($"removed {list.Variants.Count} variant{(list.Variants.Count == 1 ? "" : "s")} of {list.Source}");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static ProgramCommand Make(Terminal terminal)
    {
        var command = new ProgramCommand("make", "Make variants ahead of their first viewers.") { Examples = [("A derivative", "sluice variants make '/clip.mp4?derivative=mobile'")] };
        var urls = new Argument<string[]>("URL") { Description = "Paths with their queries, as viewers ask for them.", Arity = ArgumentArity.OneOrMore };
        command.Arguments.Add(urls);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var (all, failed) = (new List<PreparedVariant>(), 0);
            // One by one: each may take a while, and the one that is there is told at once.
            foreach (var url in parsed.GetValue(urls)!)
            {
                var answer = await client.PostAsync("/v1/variants/prepare", new PrepareBody { Urls = [url] }, ApiJson.Wire.PrepareBody, ApiJson.Wire.PrepareAnswer, cancellation, TimeSpan.FromMinutes(30));
                failed += answer.Failed;
                var made = answer.Variants[0];
                all.Add(made);
                if (!api.Json(parsed)) terminal.Out.WriteLine(made.Status == 200 ? $"{(made.IsMade ? "made" : "there")}  {url}  {ByteSize.Display(made.Length ?? 0)}" : $"failed  {url}  {made.Status} {made.Reason}");
            }
            if (api.Json(parsed)) Output.Json(terminal.Out, new PrepareAnswer(all, failed), ApiJson.Wire.PrepareAnswer);
            return failed == 0 ? ExitCode.Ok : ExitCode.Failure;
        }));
        return command;
    }

    private static (Argument<string> Source, ApiFlags Api) Flags(Command command)
    {
        var source = new Argument<string>("SOURCE") { Description = "Path of the source, such as /clip.mp4." };
        command.Arguments.Add(source);
        return (source, new ApiFlags(command));
    }

    private static Task<VariantList> GetAsync(ApiClient client, string source, CancellationToken cancellation) =>
        client.GetAsync("/v1/variants?source=" + Uri.EscapeDataString(source), ApiJson.Wire.VariantList, cancellation);

    private static string Made(VariantMetadata metadata) => DateTimeOffset.FromUnixTimeMilliseconds(metadata.CreatedAt).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
