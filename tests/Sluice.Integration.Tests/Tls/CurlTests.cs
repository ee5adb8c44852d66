using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Tls;

/// <summary>HTTP/1.1 and HTTP/2, with TLS and without, as curl speaks them.</summary>
public sealed class CurlTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CurlTests()
    {
        folder.Write("media/a.txt", "hello");
        WriteCertificate("first");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--http2-prior-knowledge", "2")]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2", "1.1")]
    public async Task Get_InClearText_SpeaksWhatTheClientDoes(string flag, string version)
    {
        await using var sluice = await StartAsync();
        Assert.Equal($"hello {version} 200", await CurlAsync(flag, "-w", " %{http_version} %{http_code}", $"{sluice.EdgeAddress}a.txt"));
    }

    [Fact]
    public async Task Get_ManyOnOneHttp2Connection_AllAnswer()
    {
        await using var sluice = await StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = false })
        {
            BaseAddress = sluice.EdgeAddress,
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        for (var i = 0; i < 3; i++)
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.GetStringAsync("/a.txt"))), text => Assert.Equal("hello", text));
    }

    [Theory]
    [InlineData("--http2", "2")]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http1.0", "1.1")]
    public async Task Get_WithTls_SpeaksWhatWasAgreed(string flag, string version)
    {
        await using var sluice = await StartAsync("--tls-cert", folder.FileOf("cert.pem"), "--tls-key", folder.FileOf("key.pem"));
        Assert.Equal($"hello {version} 200", await CurlAsync("-k", flag, "-w", " %{http_version} %{http_code}", Secure(sluice)));
        Assert.Equal("This port speaks TLS only: use https.\n 400", await CurlAsync("-s", "--max-time", "10", "-w", " %{http_code}", $"{sluice.EdgeAddress}a.txt"));
        Assert.True(await sluice.SaysAsync(Secure(sluice)[..^"/a.txt".Length]), sluice.Log);
    }

    [Fact]
    public async Task Metrics_WithTls_TellHowLongTheCertificateIsGoodFor()
    {
        await using var sluice = await StartAsync("--tls-cert", folder.FileOf("cert.pem"), "--tls-key", folder.FileOf("key.pem"));
        var line = (await sluice.Api.GetStringAsync("/metrics")).Split('\n').Single(line => line.StartsWith("sluice_edge_certificate_remaining_seconds ", StringComparison.Ordinal));
        Assert.InRange(double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 29.9 * 86_400, 30 * 86_400);
    }

    [Fact]
    public async Task Get_TlsBesideClearText_BothAnswer()
    {
        var port = FreePorts.Next();
        await using var sluice = await StartAsync("--tls-cert", folder.FileOf("cert.pem"), "--tls-key", folder.FileOf("key.pem"), "--tls-listen", $"127.0.0.1:{port}");
        Assert.Equal("hello", await CurlAsync("-k", "--http2", $"https://127.0.0.1:{port}/a.txt"));
        Assert.Equal("hello", await CurlAsync("--http2-prior-knowledge", $"{sluice.EdgeAddress}a.txt"));
    }

    [Fact]
    public async Task Get_AfterTheCertificateChanged_ShowsTheNewOne()
    {
        await using var sluice = await StartAsync("--tls-cert", folder.FileOf("cert.pem"), "--tls-key", folder.FileOf("key.pem"));
        Assert.Contains("CN=first", await CertificateAsync(sluice), StringComparison.Ordinal);
        WriteCertificate("second");
        Assert.True(await Eventually.HoldsAsync(async () => (await CertificateAsync(sluice)).Contains("CN=second", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Serve_WithoutAKeyOrWithTheWrongOne_SaysSo()
    {
        var half = await SluiceProgram.RunAsync("serve", folder.FileOf("media"), "--tls-cert", folder.FileOf("cert.pem"));
        Assert.Equal(2, half.ExitCode);
        Assert.Contains("edge.tls.key: is missing", half.Errors, StringComparison.Ordinal);
        using var other = RSA.Create(2048);
        folder.Write("other.pem", other.ExportPkcs8PrivateKeyPem());
        var wrong = await SluiceProgram.RunAsync(
            "serve", folder.FileOf("media"), "--edge", "127.0.0.1:0", "--api", "127.0.0.1:0", "--cache-dir", folder.FileOf("cache"), "--tls-cert", folder.FileOf("cert.pem"), "--tls-key", folder.FileOf("other.pem"));
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("cannot be used", wrong.Errors, StringComparison.Ordinal);
    }

    // Over HTTP/2 the server would reset the stream, or end the connection with all others.
    [Theory]
    [InlineData("--http1.1", 9_000)]
    [InlineData("--http2-prior-knowledge", 9_000)]
    [InlineData("--http2-prior-knowledge", 60_000)]
    public async Task Get_TargetThatIsTooLong_IsToldSo(string flag, int length)
    {
        await using var sluice = await StartAsync();
        Assert.Equal("414", await CurlAsync(flag, "-o", "/dev/null", "-w", "%{http_code}", sluice.EdgeAddress + new string('a', length)));
    }

    // What a connection that says nothing, or not the whole preface, gets is patience, and then what anybody gets.
    [Theory]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [InlineData("PRI * HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Send_AlmostThePreface_IsABadRequest(string text)
    {
        await using var sluice = await StartAsync();
        using var client = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        await client.SendAsync(text);
        Assert.NotEqual(200, (await client.ReadHeadAsync())?.Status);
        Assert.Equal("hello", await CurlAsync($"{sluice.EdgeAddress}a.txt"));
    }

    [Fact]
    public async Task Send_ThePrefaceInPieces_IsHttp2()
    {
        await using var sluice = await StartAsync();
        using var client = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        foreach (var piece in (string[])["P", "RI * HTTP/2.0\r\n", "\r\nSM\r\n\r", "\n\0\0\0\u0004\0\0\0\0\0"])
        {
            await client.SendAsync(piece);
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(20));
        }

        // A SETTINGS frame comes first (RFC 9113 section 3.4).
        Assert.Equal(4, (await client.ReadSomeAsync(9))[3]);
    }

    // As HAProxy does in clear text.
    [Fact]
    public async Task Send_HttpsAsTheSchemeInClearText_IsAnswered()
    {
        await using var sluice = await StartAsync();
        using var client = await RawHttp.ConnectAsync(sluice.EdgeAddress);
        // SETTINGS, and HEADERS of stream 1: GET, https, :path /a.txt, :authority a.
        await client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0\0\0\u000d\u0001\u0005\0\0\0\u0001\u0082\u0087\u0004\u0006/a.txt\u0001\u0001a");
        byte[] head;
        do
        {
            head = await client.ReadSomeAsync(9);
            var payload = await client.ReadSomeAsync((head[0] << 16) | (head[1] << 8) | head[2]);
            // Status 200 is entry 8 of the static table; before it the table's size may be set.
            if (head[3] == 1) Assert.Contains((byte)0x88, payload[..2]);
            Assert.NotEqual(3, head[3]);
        }
        while (head[3] != 1);
    }

    private Task<SluiceProcess> StartAsync(params string[] arguments) => SluiceProcess.StartAsync(folder.FileOf("media"), arguments);

    private static string Secure(SluiceProcess sluice) => $"https://{sluice.EdgeAddress.Authority}/a.txt";

    private static async Task<string> CertificateAsync(SluiceProcess sluice)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => throw new InvalidOperationException(certificate!.Subject) },
        });
        return (await Record.ExceptionAsync(() => http.GetAsync(Secure(sluice))))!.ToString();
    }

    private void WriteCertificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        folder.Write("cert.pem", certificate.ExportCertificatePem());
    }

    private static async Task<string> CurlAsync(params string[] arguments) => (await Tool.RunAsync("curl", ["-s", .. arguments])).Output;
}
