using System.CommandLine;
using Sluice.Hosting;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary><c>sluice get</c>.</summary>
internal static class GetCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("get", "Fetch objects of a bucket through the download cache, and print the paths of the local files. A file printed stays for ten minutes at least.")
        {
            Examples =
            [
                ("A path to work with", "sluice get s3://media/clip.mp4"),
                ("A file of its own", "sluice get s3://media/clip.mp4 -o clip.mp4"),
                ("A folder of them", "sluice get --prefix s3://media/videos/ --to ./videos"),
            ],
        };
        var target = new Argument<string?>("s3://BUCKET/KEY") { Arity = ArgumentArity.ZeroOrOne, Description = "The object; the key as it is, not percent-encoded." };
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Write the object there (a clone or a hard link of the cached file where the file system can); - writes it to standard output." };
        var list = new Option<string?>("--list") { HelpName = "FILE", Description = "Fetch the addresses in a file, one a line; - reads standard input." };
        var prefix = new Option<string?>("--prefix") { HelpName = "s3://BUCKET/PREFIX", Description = "Fetch all objects below a prefix into the folder of --to." };
        var to = new Option<string?>("--to") { HelpName = "FOLDER", Description = "Where --prefix writes." };
        var skip = new Option<bool>("--skip-cache") { Description = "Fetch anew, even if a current file is held." };
        var trust = new Option<bool>("--no-validate") { Description = "Trust a held file without asking the server whether it is current." };
        command.Arguments.Add(target);
        foreach (var option in (Option[])[output, list, prefix, to, skip, trust])
            command.Options.Add(option);
        var flags = new DownloadFlags(command, asks: true);
        command.SetAction((parsed, cancellation) => flags.UseAsync(parsed, terminal, async cache =>
        {
            using var signals = new StopSignals(cancellation);
            var options = flags.Options(parsed) with { SkipCache = parsed.GetValue(skip), ValidateETag = !parsed.GetValue(trust) };
            var many = new GetMany(terminal, cache, options, flags.Json(parsed));
            switch (parsed.GetValue(target), parsed.GetValue(list), parsed.GetValue(prefix))
            {
                case ({ } url, null, null) when parsed.GetValue(to) is null:
                    return await OneAsync(terminal, cache, url, options, (parsed.GetValue(output), flags.Json(parsed)), signals.Stopping);
                case (null, { } file, null) when parsed.GetValue(to) is null && parsed.GetValue(output) is null:
                    return await many.RunAsync(file == "-" ? "list" : file, GetMany.Read(file), 0, signals.Stopping);
                case (null, null, { } below) when parsed.GetValue(to) is { } folder && parsed.GetValue(output) is null:
                    var (items, total) = await many.ListAsync(below, folder, signals.Stopping);
                    return await many.RunAsync(below, items, total, signals.Stopping);
                default:
                    throw new ArgumentException("give one of s3://BUCKET/KEY [-o FILE], --list FILE, and --prefix s3://BUCKET/PREFIX --to FOLDER; see sluice get --help");
            }
        }));
        return command;
    }

    private static async Task<int> OneAsync(Terminal terminal, S3DownloadCache cache, string url, S3DownloadOptions options, (string? Output, bool Json) wanted, CancellationToken cancellation)
    {
        using var progress = new DownloadProgress(terminal, url, 1);
        options = options with { Progress = progress.Part() };
        // A file that the shell writes to is written on in, not replaced.
        if (wanted.Output is "-" or "/dev/stdout")
        {
            var stream = await cache.OpenReadAsync(url, options, cancellation);
            progress.Finish(0);
            var writing = Task.Run(async () =>
            {
                await using (stream)
                await using (var bytes = terminal.Bytes())
                    await stream.CopyToAsync(bytes, cancellation);
            }, CancellationToken.None);
            // Whoever reads may have stopped reading: then nothing calls the write off, and what is said on standard error waits for it too.
            if (await Task.WhenAny(writing, Task.Delay(Timeout.InfiniteTimeSpan, terminal.Time, cancellation)) != writing)
                return ExitCode.Interrupted;
            await writing;
            return ExitCode.Ok;
        }
        var result = wanted.Output is { } file ? await cache.CopyToAsync(url, file, options, cancellation) : await cache.FetchAsync(url, options, cancellation);
        progress.Done(options.Progress!, result.Size, result.FetchedBytes);
        progress.Finish(0);
        if (wanted.Json)
            Output.Json(terminal.Out, GetAnswer.Of(url, result), DownloadJson.Default.GetAnswer);
        else if (wanted.Output is null)
            terminal.WriteName(result.Path);
        return ExitCode.Ok;
    }
}
