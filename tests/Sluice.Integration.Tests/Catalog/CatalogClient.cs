using System.Net;
using System.Text.Json.Nodes;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>What clients do with the catalog of a server.</summary>
internal sealed class CatalogClient(SluiceProcess sluice)
{
    public const string User = "6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async Task<(string Id, Uri UploadUrl)> CreateAsync(string title = "Clip", string file = "clip.mp4")
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "/v1/videos", $$"""{"user_id":"{{User}}","title":"{{title}}","file_name":"{{file}}"}""");
        Assert.Equal(HttpStatusCode.Created, status);
        return (body!["id"]!.GetValue<string>(), new Uri(body["upload_url"]!.GetValue<string>()));
    }

    /// <summary>Makes a video of a file and has it processed; its id.</summary>
    public async Task<string> UploadAsync(string path, string title = "Clip")
    {
        var (id, url) = await CreateAsync(title, Path.GetFileName(path));
        using var http = new HttpClient();
        using var answer = await http.PutAsync(url, new ByteArrayContent(await File.ReadAllBytesAsync(path)));
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process")).Status);
        return id;
    }

    public async Task<JsonObject> GetAsync(string id)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, $"/v1/videos/{id}");
        Assert.Equal(HttpStatusCode.OK, status);
        return body!.AsObject();
    }

    /// <summary>Waits until a video is READY or FAILED.</summary>
    public async Task<JsonObject> EndOfAsync(string id)
    {
        JsonObject? video = null;
        var over = await Eventually.HoldsAsync(async () => (video = await GetAsync(id))["status"]!.GetValue<string>() is "READY" or "FAILED", Patience);
        return over ? video! : throw new TimeoutException($"{video} {(await SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body}\n{sluice.Log}");
    }

    /// <summary>Waits until a video is READY; the path of its manifest on the edge.</summary>
    public async Task<string> ReadyAsync(string id)
    {
        var video = await EndOfAsync(id);
        Assert.True(video["status"]!.GetValue<string>() == "READY", $"{video}\n{sluice.Log}");
        return new Uri(video["hls_url"]!.GetValue<string>()).AbsolutePath;
    }

    /// <summary>Waits until the job of a video is at a stage.</summary>
    public Task<bool> StageAsync(string id, Func<string, bool> isIt) => Eventually.HoldsAsync(async () =>
        (await SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body is { } job && (isIt(job["stage"]?.GetValue<string>() ?? "") || job["state"]!.GetValue<string>() == "done"), Patience);

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = json is null ? null : new StringContent(json, null, "application/json") };
        using var answer = await sluice.Api.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Value of a counter with those labels, 0 when it is not there yet.</summary>
    public async Task<double> CounterAsync(string name, params string[] labels)
    {
        var text = await sluice.Api.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return text.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }
}
