using System.Net;
using System.Net.Sockets;
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

        Assert.True(await sluice.SaysAsync("Routes added: two; changed: none"), sluice.Log);
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

    // As "systemctl restart", and "systemctl reload" right after it.
    [Fact]
    public async Task HangUp_DuringTheStart_IsDoneOnceTheServerIsUp()
    {
        folder.Write("one/a.txt", "one");
        var file = Write($$"""{ "routes": [{ "name": "one", "origins": ["{{folder.Path}}/one"] }] }""");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        // It takes connections and says nothing, which the start waits for.
        using var redis = new TcpListener(IPAddress.Loopback, 0);
        redis.Start();
        using var process = SluiceProgram.Start(["serve", "--config", file, "--redis", redis.LocalEndpoint.ToString()!, "--edge", "127.0.0.1:0", "--api", "127.0.0.1:0", "--cache-dir", folder.Path + "/cache", "--catalog", folder.Path + "/catalog"], null);
        process.Start();
        process.StandardInput.Close();
        using var waiting = await redis.AcceptSocketAsync(patience.Token);

        Write($$"""{ "routes": [{ "name": "two", "origins": ["{{folder.Path}}"] }] }""");
        Signals.SendHangUp(process);

        var line = "";
        while (line is not null && !line.Contains("Routes added: two", StringComparison.Ordinal)) line = await process.StandardError.ReadLineAsync(patience.Token);
        Assert.NotNull(line);
        Signals.SendTerminate(process);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(0, process.ExitCode);
    }

    private string Write(string text) => folder.Write("sluice.json", text);
}
