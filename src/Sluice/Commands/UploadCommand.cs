using System.CommandLine;
using Sluice.Catalog.Api;

namespace Sluice.Commands;

/// <summary><c>sluice upload</c>.</summary>
internal static class UploadCommand
{
    // Somebody has to own it; on one's own machine nobody wants to think of a UUID.
    private const string Nobody = "00000000-0000-4000-8000-000000000001";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("upload", "Put a video into a running server's catalog: make it, upload it, have it transcoded.")
        {
            Examples =
            [
                ("Upload, wait until it can be played, print its address", "sluice upload holiday.mov --wait"),
                ("From a script", "sluice upload clip.mp4 --title Clip --wait --json"),
            ],
        };
        var file = new Argument<string>("FILE") { Description = "The file." };
        var title = new Option<string?>("--title") { HelpName = "TEXT", Description = "Title, 1 to 255 characters. Default: the file's name without its ending." };
        var user = new Option<string?>("--user") { HelpName = "UUID", Description = $"Whose it is. Default: {Nobody}." };
        var wait = new Option<bool>("--wait") { Description = "Wait until it is READY, and print the address to play it from." };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[title, user, wait])
            command.Options.Add(option);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            if (Problem(path) is { } problem)
                return Task.FromResult(terminal.Fail(ExitCode.Usage, problem));
            var body = new VideoBody { UserId = parsed.GetValue(user) ?? Nobody, Title = parsed.GetValue(title) ?? Path.GetFileNameWithoutExtension(path), FileName = Path.GetFileName(path) };
            return api.AskAsync(parsed, terminal, async client =>
            {
                var video = await client.PostAsync("/v1/videos", body, CatalogJson.Wire.VideoBody, CatalogJson.Wire.VideoAnswer, cancellation);
                var progress = new ProgressLine(terminal);
                try
                {
                    using var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) };
                    await new FileUpload(handler, progress, terminal).SendAsync(video.UploadUrl!, RenewAsync, path, cancellation);
                }
                catch
                {
                    await ForgetAsync(client, video.Id, terminal);
                    throw;
                }
                await client.SendAsync(HttpMethod.Post, $"/v1/videos/{video.Id}/process", cancellation);
                if (parsed.GetValue(wait))
                    await WaitAsync(client, video.Id, progress, terminal, cancellation);
                progress.End();
                var now = await client.GetAsync($"/v1/videos/{video.Id}", CatalogJson.Wire.VideoAnswer, cancellation);
                if (api.Json(parsed))
                    Output.Json(terminal.Out, now, CatalogJson.Wire.VideoAnswer);
                else
                    terminal.Out.WriteLine(now.HlsUrl?.ToString() ?? now.Id.ToString());
                if (now.Status != "FAILED")
                    return ExitCode.Ok;
                return terminal.Fail(ExitCode.Failure, $"{now.Id} is FAILED: {now.FailureReason}");

                async Task<Uri> RenewAsync() => (await client.PostAsync($"/v1/videos/{video.Id}/upload-url", CatalogJson.Wire.VideoAnswer, cancellation)).UploadUrl!;
            });
        });
        return command;
    }

    private static string? Problem(string path)
    {
        if (!File.Exists(path))
            return $"there is no file {Path.GetFullPath(path)}";
        try
        {
            using var file = File.OpenRead(path);
            return !file.CanSeek ? $"{path} is a pipe, whose length is not known and which cannot be read again: write it to a file first"
                : file.Length == 0 ? $"{path} is empty"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read: {e.Message}";
        }
    }

    // Nobody was told its id, and the next try makes another one.
    private static async Task ForgetAsync(ApiClient client, Guid id, Terminal terminal)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), terminal.Time);
        try
        {
            await client.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}", patience.Token);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            // It stays, and waits for an upload; what ended the upload is what is told.
        }
    }

    private static async Task WaitAsync(ApiClient client, Guid id, ProgressLine progress, Terminal terminal, CancellationToken cancellation)
    {
        while (true)
        {
            var video = await client.GetAsync($"/v1/videos/{id}", CatalogJson.Wire.VideoAnswer, cancellation);
            if (video.Status != "PROCESSING")
                return;
            var job = await client.GetAsync($"/v1/videos/{id}/job", CatalogJson.Wire.JobAnswer, cancellation);
            progress.Show(job.State == "queued" ? job.Error is { } error ? $"waiting: {error}" : "waiting for a worker" : $"transcoding {job.Stage}".TrimEnd(), job.Progress);
            await Task.Delay(LookEvery, terminal.Time, cancellation);
        }
    }
}
