using System.Net;
using System.Net.Sockets;
using Sluice.Configuration;
using Sluice.Hosting;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Hosting;

public sealed class ServerTests
{
    [Fact]
    public async Task Listeners_EachOthersPaths_AreNotThere()
    {
        await using var server = await RunningServer.StartAsync();

        foreach (var path in (string[])["/health/live", "/health/ready", "/metrics", "/v1/cache/stats", "/v1/cache/explain?url=/a", "/openapi.json"])
        {
            Assert.Equal((path, HttpStatusCode.OK), (path, (await server.Api.GetAsync(path)).StatusCode));
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await server.Edge.GetAsync(path)).StatusCode));
        }
        Assert.Equal(HttpStatusCode.OK, (await server.Edge.GetAsync("/clip.mp4")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Api.GetAsync("/clip.mp4")).StatusCode);
    }

    [Fact]
    public async Task Edge_SameFileTwice_IsMissThenHit()
    {
        await using var server = await RunningServer.StartAsync();

        var first = await server.Edge.GetAsync("/clip.mp4");
        var second = await server.Edge.GetAsync("/clip.mp4");

        Assert.Equal(("MISS", "HIT"), (first.Headers.GetValues("X-Cache-Status").Single(), second.Headers.GetValues("X-Cache-Status").Single()));
        Assert.Equal("0123456789", await second.Content.ReadAsStringAsync());
        Assert.False(second.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Edge_OfAFolderThatHasItsOwnFiles_DoesNotServeThem()
    {
        await using var server = await RunningServer.StartAsync((options, folder) =>
        {
            options.MarkFile(Path.Combine(folder, "sluice.json"));
            options.Cache.Directory = Path.Combine(folder, "later", "cache");
            options.Catalog.Store.Folder = Path.Combine(folder, "store");
            // All of it lies in there, and is meant to be served.
            options.Downloads.Directory = folder;
        });
        File.WriteAllText(Path.Combine(server.Folder, "sluice.json"), "{}");
        File.CreateSymbolicLink(Path.Combine(server.Folder, "link.json"), "sluice.json");
        foreach (var name in (string[])["later/cache", "later/cached", "store/hls"])
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(server.Folder, name)).FullName, "kv.db"), "key");

        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/sluice.json", HttpStatusCode.NotFound), ("/link.json", HttpStatusCode.NotFound), ("/later/cache/kv.db", HttpStatusCode.NotFound), ("/store/hls/kv.db", HttpStatusCode.NotFound), ("/later/cached/kv.db", HttpStatusCode.OK), ("/clip.mp4", HttpStatusCode.OK)])
            Assert.Equal((path, status), (path, (await server.Edge.GetAsync(path)).StatusCode));
    }

    [Fact]
    public async Task Edge_SixteenKilobytePath_IsRefused()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(HttpStatusCode.RequestUriTooLong, (await server.Edge.GetAsync("/" + new string('a', 16 << 10))).StatusCode);
    }

    [Theory]
    [InlineData("/clip.mp4", "viewer-17", true)]
    [InlineData("/clip.mp4", "viewer 17", false)]
    [InlineData("/none", "viewer-17", true)]
    [InlineData("/%zz", "viewer-17", true)]
    public async Task Edge_RequestId_IsTheViewersWhenSaneAndAlwaysThere(string path, string sent, bool kept)
    {
        await using var server = await RunningServer.StartAsync();

        foreach (var _ in (int[])[1, 2])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Server.Edge.Url + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            request.Headers.TryAddWithoutValidation("X-Request-Id", sent);
            var id = (await server.Edge.SendAsync(request)).Headers.GetValues("X-Request-Id").Single();
            Assert.Equal(kept, id == sent);
            Assert.NotEmpty(id);
        }
    }

    [Fact]
    public async Task Start_PortInUse_NamesThePortAndTheFlag()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var edge = await Assert.ThrowsAsync<ListenException>(() => RunningServer.StartAsync((o, _) => o.Edge.Listen = o.Edge.Listen with { Port = port }));
        var api = await Assert.ThrowsAsync<ListenException>(() => RunningServer.StartAsync((o, _) => o.Api.Listen = o.Api.Listen with { Port = port }));

        Assert.StartsWith($"port {port} on 127.0.0.1 is in use by another program; stop it, or choose another port with --edge 127.0.0.1:", edge.Message, StringComparison.Ordinal);
        Assert.Contains("--api", api.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "--tls-listen 127.0.0.1:")]
    [InlineData(false, "--edge 127.0.0.1:")]
    public async Task Start_OneOfTwoPortsInUse_NamesThatOne(bool isTls, string flag)
    {
        using var files = new TemporaryFolder();
        var (certificate, key) = TestCertificate.Write(files, TimeSpan.FromDays(30));
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = new ListenAddress(IPAddress.Loopback, ((IPEndPoint)taken.LocalEndpoint).Port);

        var error = await Assert.ThrowsAsync<ListenException>(() => RunningServer.StartAsync((o, _) =>
        {
            (o.Edge.Tls.Certificate, o.Edge.Tls.Key) = (certificate, key);
            o.Edge.Tls.Listen = isTls ? address : address with { Port = FreePorts.Next() };
            if (!isTls) o.Edge.Listen = address;
        }));

        Assert.StartsWith($"port {address.Port} on 127.0.0.1 is in use by another program; stop it, or choose another port with {flag}", error.Message, StringComparison.Ordinal);
    }

    // The connection ended without a word.
    [Fact]
    public async Task Get_InClearTextFromThePortOfTls_IsToldSo()
    {
        using var files = new TemporaryFolder();
        var (certificate, key) = TestCertificate.Write(files, TimeSpan.FromDays(30));
        await using var running = await RunningServer.StartAsync((o, _) => (o.Edge.Tls.Certificate, o.Edge.Tls.Key) = (certificate, key));

        using var answer = await running.Edge.GetAsync(new Uri($"http://127.0.0.1:{running.Edge.BaseAddress!.Port}/clip.mp4"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("https", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_PrivilegedPort_SaysWhatToDo()
    {
        var listen = new ListenAddress(IPAddress.Any, 80);

        var explained = ListenException.Explain(new IOException("x", new SocketException((int)SocketError.AccessDenied)), listen, "--edge");

        Assert.StartsWith("port 80 may not be opened by this user; choose one above 1023 with --edge 0.0.0.0:8081", explained?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FolderThatVanished_SaysSo()
    {
        var error = await Assert.ThrowsAsync<SetupException>(() => RunningServer.StartAsync((o, _) => o.Routes[0].Origins[0].Folder = "/nope"));

        Assert.StartsWith("the origin /nope cannot be used", error.Message, StringComparison.Ordinal);
    }
}
