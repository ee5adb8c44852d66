using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Routes;

/// <summary>The program without a terminal, as a service manager runs it: SIGHUP and <c>sluice reload</c> read the configuration again.</summary>
public sealed class ReloadSignalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task HangUp_AndReload_TakeTheFilesRoutes()
    {
        folder.Write("one/a.txt", "one");
        folder.Write("two/b.txt", "two");
        var file = Write($$"""{ "routes": [{ "name": "one", "origins": ["{{folder.Path}}/one"] }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", file] });
        Assert.Equal(404, (await sluice.Edge.AskAsync("/two/b.txt")).Status);

        Write($$"""{ "routes": [{ "name": "two", "pattern": "/two/*", "origins": ["{{folder.Path}}"] }, { "name": "one", "origins": ["{{folder.Path}}/one"] }] }""");
        sluice.SendHangUp();

        Assert.True(await Eventually.HoldsAsync(() => sluice.Log.Contains("Routes added: two; changed: none", StringComparison.Ordinal), TimeSpan.FromSeconds(60)), sluice.Log);
        Assert.Equal("two", (await sluice.Edge.AskAsync("/two/b.txt")).Text);
        Assert.Equal("one", (await sluice.Edge.AskAsync("/a.txt")).Text);

        Write("""{ "routes": [{ "name": "one", "origins": ["/nowhere/at/all"] }] }""");
        var refused = await SluiceProgram.RunAsync("reload", "--api", sluice.ApiAddress.ToString());
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("/nowhere/at/all", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("two", (await sluice.Edge.AskAsync("/two/b.txt")).Text);

        Write($$"""{ "routes": [{ "name": "one", "origins": ["{{folder.Path}}/one"] }], "cache": { "memory": "32MB" } }""");
        var done = await SluiceProgram.RunAsync("reload", "--api", sluice.ApiAddress.ToString());
        Assert.Equal(0, done.ExitCode);
        Assert.Matches("""(?s)removed +two\s.*need a restart +cache\.memory""", done.Output);
        Assert.Equal(404, (await sluice.Edge.AskAsync("/two/b.txt")).Status);
        await sluice.StopAsync();
        Assert.Equal(0, sluice.ExitCode);
    }

    private string Write(string text) => folder.Write("sluice.json", text);
}
