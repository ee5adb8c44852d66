using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Rows U088 to U096: what the videos API takes and refuses, and in which words.</summary>
public sealed partial class VideosApiTests(VideosApiTests.SmallUploads bed) : IClassFixture<VideosApiTests.SmallUploads>
{
    private readonly CatalogClient catalog = new(bed.Sluice);

    [Fact]
    public async Task Create_AVideo_AnswersTheseFields()
    {
        var (status, body) = await catalog.SendAsync(HttpMethod.Post, "/v1/videos", Body());

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(["id", "user_id", "title", "status", "upload_url", "created_at"], body!.AsObject().Select(p => p.Key));
        Assert.Equal(("PENDING_UPLOAD", CatalogClient.User), ((string?)body["status"], (string?)body["user_id"]));
        Assert.Matches(Rfc3339(), (string?)body["created_at"]);
        var read = (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{body["id"]}")).Body!.AsObject();
        Assert.Equal(["id", "user_id", "title", "status", "created_at", "updated_at"], read.Select(p => p.Key));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "", "invalid_request" },
        { "[]", "invalid_request" },
        { "null", "invalid_request" },
        { "{\"title\": 5}", "invalid_request" },
        { "{\"user_id\":\"" + CatalogClient.User + "\",\"title\":\"\\ud800\",\"file_name\":\"a\"}", "invalid_request" },
        { "{}", "invalid_user_id" },
        { Body(user: "7"), "invalid_user_id" },
        { Body(title: ""), "invalid_title" },
        { Body(title: new string('x', 256)), "invalid_title" },
        { Body(file: ""), "invalid_file_name" },
        { Body(file: "../../etc/passwd"), "invalid_file_name" },
        { Body(file: "..\\\\a.mp4"), "invalid_file_name" },
        { Body(file: "a/b.mp4"), "invalid_file_name" },
        { Body(file: "a\\u0000.mp4"), "invalid_file_name" },
        { Body(file: ".."), "invalid_file_name" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Create_Wrong_IsRefusedInTheseWords(string json, string error)
    {
        var (status, body) = await catalog.SendAsync(HttpMethod.Post, "/v1/videos", json);

        Assert.Equal((400, error), ((int)status, (string?)body!["error"]));
        Assert.Equal(["error", "message"], body.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task Create_TitleOf1And255Characters_IsTaken()
    {
        foreach (var title in (string[])["x", new string('é', 255)])
            Assert.Equal(title, (string?)(await catalog.GetAsync((await catalog.CreateAsync(title)).Id))["title"]);
    }

    [Fact]
    public async Task Create_AsAnotherSitesForm_IsRefused()
    {
        using var answer = await bed.Sluice.Api.PostAsync(new Uri("/v1/videos", UriKind.Relative), new StringContent(Body(), null, "text/plain"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/process")]
    [InlineData("POST", "/reprocess")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/upload-url")]
    [InlineData("GET", "/job")]
    public async Task AnythingOf_AnIdThatIsNone_IsRefused(string method, string what)
    {
        foreach (var id in (string[])["7", "not-a-uuid", "6f1c2e0a6a4e4b7e9d0e0c3f5a1b2c3d", "%7B6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d%7D", "..%2F..%2Fetc"])
        {
            var (status, body) = await catalog.SendAsync(new HttpMethod(method), $"/v1/videos/{id}{what}");
            Assert.Equal((id, 400, "invalid_video_id"), (id, (int)status, (string?)body!["error"]));
        }
        var (missing, no) = await catalog.SendAsync(new HttpMethod(method), $"/v1/videos/{Guid.NewGuid()}{what}");
        Assert.Equal((404, "video_not_found"), ((int)missing, (string?)no!["error"]));
    }

    [Fact]
    public async Task List_OfAUser_PagesThroughAll()
    {
        var user = Guid.NewGuid().ToString();
        for (var i = 0; i < 5; i++) await catalog.SendAsync(HttpMethod.Post, "/v1/videos", Body(user: user, title: $"{i}"));
        var titles = new List<string?>();
        string? next = "";
        do
        {
            var page = (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos?user_id={user}&limit=2{(next is { Length: > 0 } ? "&after=" + next : "")}")).Body!;
            titles.AddRange(page["videos"]!.AsArray().Select(v => (string?)v!["title"]));
            next = (string?)page["next"];
        }
        while (next is not null);

        Assert.Equal(["4", "3", "2", "1", "0"], titles);
        foreach (var wrong in (string[])["limit=0", "limit=101", "limit=x", "after=x", "user_id=x"])
            Assert.Equal(HttpStatusCode.BadRequest, (await catalog.SendAsync(HttpMethod.Get, "/v1/videos?" + wrong)).Status);
    }

    [Fact]
    public async Task List_ByCommand_IsAsLongAsIsAskedFor()
    {
        var user = Guid.NewGuid().ToString();
        for (var i = 0; i < 130; i++) await catalog.SendAsync(HttpMethod.Post, "/v1/videos", Body(user: user, title: $"No. {i}"));

        var all = await bed.Sluice.RunAsync("videos", "ls", "--user", user, "--limit", "500");
        var some = await bed.Sluice.RunAsync("videos", "ls", "--user", user, "--limit", "120");

        Assert.Equal((0, 130, ""), (all.ExitCode, all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, all.Errors));
        Assert.Equal(120, some.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("there are more", some.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await bed.Sluice.RunAsync("videos", "ls", "--limit", "0")).ExitCode);
    }

    [Fact]
    public async Task Upload_LargerThanTheLimit_IsRefusedHoweverItIsSent()
    {
        var (_, url) = await catalog.CreateAsync();
        using var http = new HttpClient();

        using var declared = await http.PutAsync(url, new ByteArrayContent(new byte[100_001]));
        using var chunked = await http.SendAsync(new HttpRequestMessage(HttpMethod.Put, url) { Content = new StreamContent(new Endless(150_000)), Headers = { TransferEncodingChunked = true } });
        using var allowed = await http.PutAsync(url, new ByteArrayContent(new byte[100_000]));

        Assert.Equal((413, 413, 200), ((int)declared.StatusCode, (int)chunked.StatusCode, (int)allowed.StatusCode));
        Assert.Contains("too_large", await declared.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ByCommandThatFails_LeavesNoVideo()
    {
        var user = Guid.NewGuid().ToString();

        var refused = await bed.Sluice.RunAsync("upload", bed.Folder.Write("large.mp4", new string('x', 100_001)), "--user", user);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("larger than the server takes", refused.Errors, StringComparison.Ordinal);
        Assert.Empty((await catalog.SendAsync(HttpMethod.Get, $"/v1/videos?user_id={user}")).Body!["videos"]!.AsArray());
    }

    // curl -C and its like go on with a broken upload: the rest would be taken for the file.
    [Fact]
    public async Task Upload_OfAPart_IsRefused()
    {
        var (id, url) = await catalog.CreateAsync();
        using var http = new HttpClient();
        using var rest = new ByteArrayContent(new byte[60]);
        rest.Headers.ContentRange = new(40, 99, 100);

        using var answer = await http.PutAsync(url, rest);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("invalid_request", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(bed.Sluice.CatalogDirectory, "media", "originals", id)));
    }

    [Fact]
    public async Task Upload_CutOff_LeavesNothing()
    {
        var incoming = Path.Combine(bed.Sluice.CatalogDirectory, "media", ".incoming");
        var (id, url) = await catalog.CreateAsync();
        using (var socket = new TcpClient(url.Host, url.Port))
        {
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: 50000\r\n\r\nbeginning"));
            // Cut off once it is being received.
            Assert.True(await Eventually.HoldsAsync(() => Directory.Exists(incoming) && Directory.EnumerateFiles(incoming).Any(), TimeSpan.FromSeconds(60)));
        }

        Assert.True(await Eventually.HoldsAsync(() => !Directory.EnumerateFiles(incoming).Any(), TimeSpan.FromSeconds(60)));
        Assert.False(Directory.Exists(Path.Combine(bed.Sluice.CatalogDirectory, "media", "originals", id)));
    }

    [Fact]
    public async Task Upload_ThatEndsAfterAnotherIsProcessed_LeavesThatOne()
    {
        // Without a worker it stays PROCESSING.
        await using var server = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = bed.Folder.Path, Arguments = ["--workers", "0"] });
        var (media, client) = (Path.Combine(server.CatalogDirectory, "media"), new CatalogClient(server));
        var (id, url) = await client.CreateAsync();
        using var slow = new TcpClient(url.Host, url.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\nContent-Length: 8\r\n\r\nfour"));
        Assert.True(await Eventually.HoldsAsync(() => Directory.Exists(Path.Combine(media, ".incoming")) && Directory.EnumerateFiles(Path.Combine(media, ".incoming")).Any(), TimeSpan.FromSeconds(60)));
        using var http = new HttpClient();
        using var quick = await http.PutAsync(url, new StringContent("first"));
        Assert.Equal(HttpStatusCode.OK, quick.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await client.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process")).Status);

        await slow.GetStream().WriteAsync("more"u8.ToArray());

        Assert.Contains("video_already_completed", await new StreamReader(slow.GetStream()).ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("first", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(media, "originals", id)))));
    }

    [Fact]
    public async Task Upload_OfAVideoThatIsDeletedMeanwhile_LeavesNothing()
    {
        var media = Path.Combine(bed.Sluice.CatalogDirectory, "media");
        var (id, url) = await catalog.CreateAsync();
        using var socket = new TcpClient(url.Host, url.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\nContent-Length: 8\r\n\r\nfour"));
        Assert.True(await Eventually.HoldsAsync(() => Directory.Exists(Path.Combine(media, ".incoming")) && Directory.EnumerateFiles(Path.Combine(media, ".incoming")).Any(), TimeSpan.FromSeconds(60)));
        Assert.Equal(HttpStatusCode.NoContent, (await catalog.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}")).Status);
        // Its files are deleted, of which this is none yet.
        await Eventually.PassAsync(TimeSpan.FromSeconds(1));

        await socket.GetStream().WriteAsync("more"u8.ToArray());

        Assert.Contains("video_not_found", await new StreamReader(socket.GetStream()).ReadToEndAsync(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(media, "originals", id)));
    }

    [Fact]
    public async Task Create_BehindAProxyThatEndsTls_AnswersItsAddress()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = new StringContent(Body(), null, "application/json"), Headers = { { "X-Forwarded-Proto", "https" }, { "Origin", $"https://{bed.Sluice.ApiAddress.Authority}" } } };

        using var answer = await bed.Sluice.Api.SendAsync(request);

        Assert.StartsWith($"https://{bed.Sluice.ApiAddress.Authority}/", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["upload_url"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ByAnAddressNobodyGave_IsRefused()
    {
        var (id, url) = await catalog.CreateAsync();
        var other = (await catalog.CreateAsync()).Id;
        using var http = new HttpClient();
        string[] wrong =
        [
            url.ToString().Replace(id, other, StringComparison.Ordinal), url.GetLeftPart(UriPartial.Path), url + "x",
            Regex.Replace(url.ToString(), "expires=[0-9]+", "expires=99999999999"), url.ToString().Replace("signature=", "signature=A", StringComparison.Ordinal),
        ];

        foreach (var address in wrong)
        {
            using var answer = await http.PutAsync(address, new ByteArrayContent([1]));
            Assert.Equal((address, 403), (address, (int)answer.StatusCode));
        }
    }

    [Fact]
    public async Task Requests_OfEveryKind_EchoTheirId()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/videos/{Guid.NewGuid()}", UriKind.Relative)) { Headers = { { "X-Request-Id", "abc-123" } } };
        using var answer = await bed.Sluice.Api.SendAsync(request);

        Assert.Equal("abc-123", answer.Headers.GetValues("X-Request-Id").Single());
        var (_, url) = await catalog.CreateAsync();
        using var http = new HttpClient();
        using var put = await http.PutAsync(url, new ByteArrayContent([1]));
        var lines = Array.Empty<string>();
        Assert.True(await Eventually.HoldsAsync(() => (lines = ReadLog()).Any(line => line.Contains($"PUT {url.AbsolutePath}", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
        Assert.Contains(lines, line => line.Contains("GET /v1/videos/", StringComparison.Ordinal) && line.EndsWith("request=abc-123", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain(url.Query.Split("signature=")[1], line, StringComparison.Ordinal));
        Assert.Equal("""{"status":"ok"}""", await bed.Sluice.Api.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task Commands_OfACatalog_DoTheWholeWay()
    {
        Require.Command("ffmpeg");
        var clip = Path.Combine(SluiceProgram.Repository, "samples", "media", "clip.mp4");
        await using var sluice = await SluiceProcess.StartAsync(bed.Folder.Path);

        var upload = await SluiceProgram.RunAsync(["upload", clip, "--title", "By hand", "--wait", "--api", sluice.ApiAddress.ToString()], null, TimeSpan.FromSeconds(120));
        Assert.True(upload.ExitCode == 0, upload.ToString());
        Assert.Matches("^http://localhost:[0-9]+/hls/[0-9a-f-]{36}/master.m3u8$", upload.Output.Trim());
        Assert.Contains("uploading 100 %", upload.Errors, StringComparison.Ordinal);
        var id = upload.Output.Split('/')[4];
        Assert.Matches($"{id}  READY +[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} [0-9]{{2}}:[0-9]{{2}}Z  ", (await sluice.RunAsync("videos", "ls")).Output);
        Assert.Equal("READY", (string?)JsonNode.Parse((await sluice.RunAsync("videos", "show", id, "--json")).Output)!["status"]);
        Assert.Equal(0, (await sluice.RunAsync("videos", "reprocess", id)).ExitCode);
        Assert.Equal(0, (await sluice.RunAsync("videos", "rm", id)).ExitCode);
        var gone = await sluice.RunAsync("videos", "show", id);
        Assert.Equal((1, $"sluice: There is no video {id}."), (gone.ExitCode, gone.Errors.Trim()));
        Assert.Equal(2, (await sluice.RunAsync("videos", "show", "7")).ExitCode);
        Assert.Equal(2, (await sluice.RunAsync("upload", "/nowhere.mp4")).ExitCode);
    }

    private string[] ReadLog() => File.Exists(bed.AccessLog) ? File.ReadAllLines(bed.AccessLog) : [];

    private static string Body(string user = CatalogClient.User, string title = "T", string file = "a.mp4") => $$"""{"user_id":"{{user}}","title":"{{title}}","file_name":"{{file}}"}""";

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
    private static partial Regex Rfc3339();

    /// <summary>A server that takes uploads of 100,000 bytes.</summary>
    public sealed class SmallUploads : IAsyncLifetime
    {
        public TemporaryFolder Folder { get; } = new();

        public string AccessLog => Folder.FileOf("access.log");

        public SluiceProcess Sluice { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = Folder.Path, Environment = new Dictionary<string, string> { ["SLUICE__Catalog__UploadLimit"] = "100000", ["SLUICE__Logging__AccessLog"] = AccessLog },
        });

        public async ValueTask DisposeAsync()
        {
            await Sluice.DisposeAsync();
            Folder.Dispose();
        }
    }

    private sealed class Endless(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
