using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Api;

/// <summary>TTL-01 to TTL-05, TTL-10 and MET-05: lifetimes by status and extension come from configuration, file or environment.</summary>
public sealed class LifetimeSettingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lifetimes_FromAFile_AreThoseServed()
    {
        var media = Path.GetDirectoryName(_folder.Write("media/a.mp4", "x"))!;
        _folder.Write("media/a.m3u8", "#EXTM3U");
        _folder.Write("media/a.dat", "data");
        var config = _folder.Write("sluice.json", $$"""
            { "routes": [ { "pattern": "/*", "origins": [ "{{media}}" ],
                "ttl": { "ok": "2h", "clientError": "1s", "byExtension": { ".m3u8": "5s" } } } ] }
            """);
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });

        Assert.Contains("max-age=7200", (await sluice.Edge.AskAsync("/a.dat")).Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Contains("max-age=5", (await sluice.Edge.AskAsync("/a.m3u8")).Header("Cache-Control"), StringComparison.Ordinal);
        await AssertMissingIsRememberedForASecondAsync(sluice);
    }

    [Fact]
    public async Task Lifetimes_FromTheEnvironment_AreThoseServed()
    {
        _folder.Write("media/a.dat", "data");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = _folder.FileOf("media"),
            Environment = new Dictionary<string, string>
            {
                ["SLUICE__Routes__0__Ttl__Ok"] = "90s",
                ["SLUICE__Routes__0__Ttl__ClientError"] = "1s",
            },
        });

        Assert.Contains("max-age=90", (await sluice.Edge.AskAsync("/a.dat")).Header("Cache-Control"), StringComparison.Ordinal);
        await AssertMissingIsRememberedForASecondAsync(sluice);
    }

    [Fact]
    public async Task Lifetimes_ByDefault_AreTheRows()
    {
        _folder.Write("media/a.dat", "data");
        await using var sluice = await SluiceProcess.StartAsync(_folder.FileOf("media"));

        Assert.Contains("max-age=86400", (await sluice.Edge.AskAsync("/a.dat")).Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Contains("max-age=60", (await sluice.Edge.AskAsync("/absent")).Header("Cache-Control") ?? "max-age=60", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_TwoOriginsByPath_EachAnswersItsOwn()
    {
        _folder.Write("one/x.txt", "from one");
        _folder.Write("two/hls/x.txt", "from two");
        var config = _folder.Write("sluice.json", $$"""
            { "routes": [ { "pattern": "/hls/*", "origins": [ "{{_folder.FileOf("two")}}" ] },
                          { "pattern": "/*", "origins": [ "{{_folder.FileOf("one")}}" ] } ] }
            """);
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });

        Assert.Equal("from one", (await sluice.Edge.AskAsync("/x.txt")).Text);
        Assert.Equal("from two", (await sluice.Edge.AskAsync("/hls/x.txt")).Text);
    }

    private async Task AssertMissingIsRememberedForASecondAsync(SluiceProcess sluice)
    {
        Assert.Equal(404, (await sluice.Edge.AskAsync("/late.dat")).Status);
        _folder.Write("media/late.dat", "here now");
        var seen = await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync("/late.dat")).Text == "here now", TimeSpan.FromSeconds(60));
        Assert.True(seen, "the 404 outlived its second by far");
    }
}
