using System.CommandLine;
using Sluice.Catalog.Api;

namespace Sluice.Commands;

/// <summary><c>sluice videos</c>.</summary>
internal static class VideosCommand
{
    // What the API gives at once.
    private const int LongestPage = 100;

    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("videos", "See and change the videos of a running server's catalog.")
        {
            Examples = [("The newest", "sluice videos ls"), ("Addresses of one", "sluice videos show 6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d"), ("Once more, after a failure", "sluice videos reprocess 6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d")],
        };
        command.Subcommands.Add(List(terminal));
        command.Subcommands.Add(Show(terminal));
        command.Subcommands.Add(Change(terminal, "rm", "Delete a video with all its files.", "deleted", (client, id, stop) => client.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}", stop)));
        command.Subcommands.Add(Change(terminal, "reprocess", "Have a READY or FAILED video transcoded once more.", "is PROCESSING", (client, id, stop) => client.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/reprocess", stop)));
        command.Subcommands.Add(Change(terminal, "cancel", "Give up transcoding a video; it becomes FAILED.", "is cancelled", (client, id, stop) => client.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel", stop)));
        return command;
    }

    private static ProgramCommand List(Terminal terminal)
    {
        var command = new ProgramCommand("ls", "List videos, newest first.");
        var user = new Option<string?>("--user") { HelpName = "UUID", Description = "Only this user's." };
        var limit = new Option<int>("--limit") { HelpName = "NUMBER", Description = "How many at most. Default: 50.", DefaultValueFactory = _ => 50 };
        command.Options.Add(user);
        command.Options.Add(limit);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var (most, owner, after) = (parsed.GetValue(limit), parsed.GetValue(user) is { } id ? "&user_id=" + Uri.EscapeDataString(id) : "", (string?)null);
            if (most < 1)
                return terminal.Fail(ExitCode.Usage, "--limit must be 1 or more");
            var videos = new List<VideoAnswer>();
            do
            {
                var page = await client.GetAsync($"/v1/videos?limit={Math.Min(most - videos.Count, LongestPage)}{owner}{(after is null ? "" : "&after=" + after)}", CatalogJson.Wire.VideoListAnswer, cancellation);
                videos.AddRange(page.Videos);
                after = page.Next;
            }
            while (after is not null && videos.Count < most);
            if (api.Json(parsed))
                Output.Json(terminal.Out, new VideoListAnswer(videos, after), CatalogJson.Wire.VideoListAnswer);
            else
                foreach (var video in videos)
                    terminal.Out.WriteLine($"{video.Id}  {video.Status,-14}  {video.CreatedAt:yyyy-MM-dd HH:mm}Z  {video.Title}");
            if (after is not null)
                terminal.Complain($"these are the newest {most}; there are more, which --limit shows");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static ProgramCommand Show(Terminal terminal)
    {
        var (command, id, api) = OfOne("show", "Show a video: state, address, how its transcoding goes.");
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var path = "/v1/videos/" + Uri.EscapeDataString(parsed.GetValue(id)!);
            var video = await client.GetAsync(path, CatalogJson.Wire.VideoAnswer, cancellation);
            if (api.Json(parsed))
            {
                Output.Json(terminal.Out, video, CatalogJson.Wire.VideoAnswer);
                return ExitCode.Ok;
            }
            terminal.Out.WriteLine($"{video.Title} ({video.Id})");
            terminal.Out.WriteLine($"  status    {video.Status}{(video.FailureReason is { } reason ? ": " + reason : "")}");
            if (video.Status == "PROCESSING" && await client.GetAsync(path + "/job", CatalogJson.Wire.JobAnswer, cancellation) is var job)
                terminal.Out.WriteLine($"  job       {job.State}, attempt {job.Attempt}, {job.Stage} {job.Progress:0%}{(job.Error is { } error ? "; last error: " + error : "")}");
            foreach (var (name, value) in new (string, object?)[] { ("play", video.HlsUrl), ("poster", video.PosterUrl), ("length", video.Duration is { } seconds ? TimeSpan.FromSeconds(Math.Round(seconds)) : null), ("user", video.UserId), ("made", video.CreatedAt.ToString("u")) })
                if (value is not null)
                    terminal.Out.WriteLine($"  {name,-9} {value}");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static ProgramCommand Change(Terminal terminal, string name, string description, string done, Func<ApiClient, string, CancellationToken, Task> change)
    {
        var (command, id, api) = OfOne(name, description);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            await change(client, Uri.EscapeDataString(parsed.GetValue(id)!), cancellation);
            if (!api.Json(parsed))
                terminal.Out.WriteLine($"{parsed.GetValue(id)} {done}");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static (ProgramCommand Command, Argument<string> Id, ApiFlags Api) OfOne(string name, string description)
    {
        var command = new ProgramCommand(name, description);
        var id = new Argument<string>("ID") { Description = "The video's id." };
        command.Arguments.Add(id);
        return (command, id, new ApiFlags(command));
    }
}
