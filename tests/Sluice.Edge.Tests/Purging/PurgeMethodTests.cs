using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.Core.Origins;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Purging;

public class PurgeMethodTests
{
    private readonly MadeOrigin origin = new(OriginTraits.None);

    public PurgeMethodTests() => origin.Extra.Add("Cache-Control", "max-age=60");

    [Fact]
    public async Task Purge_Url_TakesEveryVariant()
    {
        origin.Extra.Add("Vary", "Accept-Language");
        await using var edge = await StartAsync();
        await edge.GetAsync("/a", ("Accept-Language", "de"));
        await edge.GetAsync("/a", ("Accept-Language", "fr"));
        await edge.GetAsync("/ab");
        var receipt = await PurgeAsync(edge, "/a");
        Assert.Equal(2, (int)receipt["objects"]!);
        Assert.Equal(["MISS", "MISS", "HIT"], [await StatusAsync(edge, "/a", "de"), await StatusAsync(edge, "/a", "fr"), await StatusAsync(edge, "/ab")]);
    }

    [Theory]
    [InlineData("/p/", "prefix", 2)]
    [InlineData("/", "tag=\"news\"", 3)]
    [InlineData("/", "tag=news", 3)]
    [InlineData("/", "tag=\"ne\\\"ws\"", 0)]
    [InlineData("/p/1", "source", 1)]
    [InlineData("/p/1", "", 1)]
    public async Task Purge_ByField_Selects(string path, string field, int objects)
    {
        origin.Extra.Add("Cache-Tag", "news, sport");
        await using var edge = await StartAsync();
        foreach (var stored in (string[])["/p/1", "/p/2", "/q"]) await edge.GetAsync(stored);
        Assert.Equal(objects, (int)(await PurgeAsync(edge, path, ("Sluice-Purge", field)))["objects"]!);
    }

    [Fact]
    public async Task Purge_Soft_MakesStale()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a");
        await PurgeAsync(edge, "/a", ("Sluice-Purge", "soft"));
        Assert.Equal("REVALIDATED", await StatusAsync(edge, "/a"));
    }

    [Fact]
    public async Task Purge_DryRun_TellsAndTakesNothing()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a");
        var receipt = await PurgeAsync(edge, "/a", ("Sluice-Purge", "dry-run"));
        Assert.Equal((1, true), ((int)receipt["objects"]!, (bool)receipt["dryRun"]!));
        Assert.Equal("HIT", await StatusAsync(edge, "/a"));
    }

    [Theory]
    [InlineData("dryrun")]
    [InlineData("prefix, source")]
    [InlineData("tag")]
    [InlineData("prefix,,")]
    public async Task Purge_FieldThatIsNotClear_Is400AndTakesNothing(string field)
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a");
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(edge, "/a", ("Sluice-Purge", field))).StatusCode);
        Assert.Equal("HIT", await StatusAsync(edge, "/a"));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Via", "1.1 nginx")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    public async Task Purge_ThroughAProxyThatIsNotTrustedOrByAPage_Is403(string name, string value)
    {
        await using var edge = await StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(edge, "/a", (name, value))).StatusCode);
    }

    [Theory]
    [InlineData("10.0.0.5", 200)]
    [InlineData("192.0.2.1, 10.0.0.5", 200)]
    [InlineData("10.0.0.5, 192.0.2.1", 403)]
    [InlineData("10.0.0.5, rubbish", 403)]
    public async Task Purge_ThroughATrustedProxy_IsJudgedByItsClient(string forwarded, int status)
    {
        await using var edge = await StartAsync(options =>
        {
            options.TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")];
            options.Purge = new() { From = [IPNetwork.Parse("10.0.0.0/8")] };
        });
        Assert.Equal(status, (int)(await SendAsync(edge, "/a", ("X-Forwarded-For", forwarded))).StatusCode);
    }

    [Theory]
    [InlineData("Bearer 0123456789abcdef", 200)]
    [InlineData("Bearer 0123456789abcdeg", 403)]
    [InlineData("Basic 0123456789abcdef", 403)]
    public async Task Purge_FromElsewhere_NeedsTheToken(string authorization, int status)
    {
        await using var edge = await StartAsync(options => options.Purge = new() { From = [], Token = "0123456789abcdef" });
        Assert.Equal(status, (int)(await SendAsync(edge, "/a", ("Authorization", authorization))).StatusCode);
    }

    [Fact]
    public async Task Purge_ForNobody_Is405()
    {
        await using var edge = await StartAsync(options => options.Purge = new() { From = [] });
        var answer = await SendAsync(edge, "/a");
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD, OPTIONS"), (answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow)));
    }

    private Task<EdgeServer> StartAsync(Action<EdgeOptions>? configure = null) => EdgeServer.StartAsync(origin, new ManualTimeProvider(), configure: configure);

    private static async Task<string> StatusAsync(EdgeServer edge, string path, string? language = null) =>
        (await edge.GetAsync(path, language is null ? [] : [("Accept-Language", language)])).Head.Headers.GetValues("X-Cache-Status").Single();

    private static async Task<HttpResponseMessage> SendAsync(EdgeServer edge, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod("PURGE"), path);
        foreach (var (name, value) in headers)
            if (value.Length > 0) request.Headers.TryAddWithoutValidation(name, value);
        return await edge.Client.SendAsync(request);
    }

    private static async Task<JsonNode> PurgeAsync(EdgeServer edge, string path, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(edge, path, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
