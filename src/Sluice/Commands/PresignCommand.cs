using System.CommandLine;
using Sluice.Api;
using Sluice.Configuration;
using Sluice.S3;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

namespace Sluice.Commands;

/// <summary><c>sluice presign</c>.</summary>
internal static class PresignCommand
{
    private static readonly string[] Overrides = ["response-cache-control", "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type", "response-expires"];

    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("presign", "Print a presigned URL for an object of a bucket: whoever has it may fetch (or put) the object until it expires. Nothing is asked of the server.")
        {
            Examples =
            [
                ("For an hour", "sluice presign s3://media/clip.mp4 --expires 1h"),
                ("To upload", "sluice presign s3://media/new.mp4 --method PUT --expires 15m --fresh"),
                ("Saved instead of shown", "sluice presign s3://media/clip.mp4 --response-content-disposition=attachment"),
            ],
        };
        var target = new Argument<string>("s3://BUCKET/KEY") { Description = "The object; the key as it is, not percent-encoded." };
        var expires = new Option<string?>("--expires") { HelpName = "TIME", Description = "How long it is valid from the moment it is signed for: 1s to 7d. Default: 1h." };
        var method = new Option<string?>("--method") { HelpName = "WORD", Description = "GET, HEAD or PUT. Default: GET." };
        var fresh = new Option<bool>("--fresh") { Description = "Sign for this moment, for the whole validity. Without it the URL is the one every Sluice server hands out now, which has at least a tenth of its validity left." };
        var endpoint = new Option<string?>("--endpoint") { HelpName = "URL", Description = "URL of an S3-compatible server. Default: AWS." };
        var region = new Option<string?>("--region") { HelpName = "TEXT", Description = "Region to sign for. Default: from the AWS chain." };
        var profile = new Option<string?>("--profile") { HelpName = "TEXT", Description = "Profile in the AWS configuration files. Default: from the AWS chain." };
        var pathStyle = DownloadFlags.PathStyleOption();
        var pays = DownloadFlags.PaysOption();
        var json = new Option<bool>("--json") { Description = "Write the URL and its times as JSON." };
        var overrides = Overrides.Select(name => new Option<string?>("--" + name) { HelpName = "TEXT", Description = $"{name[9..]} of the answer, instead of the object's own." }).ToArray();
        command.Arguments.Add(target);
        foreach (var option in (Option[])[expires, method, fresh, .. overrides, endpoint, region, profile, pathStyle, pays, json])
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!S3Location.TryParse(parsed.GetValue(target), out var place, out var wrong))
                return terminal.Fail(ExitCode.Usage, wrong);
            Uri? server = null;
            if (parsed.GetValue(endpoint) is { } given && !ValueKinds.Url.Parse(given, out server))
                return terminal.Fail(ExitCode.Usage, $"--endpoint: {ValueKinds.Url.Problem(given)}; {ValueKinds.Url.Advice}");
            var body = new PresignBody
            {
                Method = parsed.GetValue(method)?.ToUpperInvariant() ?? "GET",
                Expires = parsed.GetValue(expires) ?? "1h",
                Query = overrides.Where(o => parsed.GetValue(o) is not null).ToDictionary(o => o.Name[2..], o => parsed.GetValue(o)!),
            };
            if (body.ToOptions(out var reason) is not { } options)
                return terminal.Fail(ExitCode.Usage, reason);
            // An hour is what everybody gets: the same key, the same URL as from a server.
            if (options.Expires == new PresignedUrlsOptions().Expires)
                options = new PresignOptions { Method = options.Method, Query = options.Query };
            var bucket = new S3OriginOptions { Bucket = place.Bucket, Endpoint = server, Region = parsed.GetValue(region), Profile = parsed.GetValue(profile), ForcePathStyle = parsed.GetValue(pathStyle), RequesterPays = parsed.GetValue(pays) };
            try
            {
                var urls = SluiceS3Services.CreatePresignedUrls(bucket, new() { Stable = !parsed.GetValue(fresh) }, null, terminal.Time, new TerminalLoggerFactory(terminal, LogLevel.Warning));
                await using var _ = (IAsyncDisposable)urls;
                // The key is literal: a slash it begins with belongs to it.
                var url = await urls.GetAsync("/" + place.Prefix, options, cancellation);
                if (parsed.GetValue(json))
                    Output.Json(terminal.Out, PresignAnswer.Of(place.Prefix, options, url), ApiJson.Wire.PresignAnswer);
                else
                    terminal.Out.WriteLine(url.Url);
                return ExitCode.Ok;
            }
            catch (ArgumentException e)
            {
                return terminal.Fail(ExitCode.Usage, e.Message);
            }
            catch (PresignedUrlException e)
            {
                return terminal.Fail(ExitCode.Failure, e.Message);
            }
        });
        return command;
    }
}
