using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.TestKit.Processes;
using Xunit;

namespace Sluice.TestKit.Redis;

/// <summary>A real redis-server on a free port, with nothing on disk, in a folder of its own. Can be killed, frozen and started again on the same port.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string[] settings;
    private readonly NetworkNamespace? network;
    private Process? process;
    private bool isDisposed;

    private RedisServer(string[] settings, NetworkNamespace? network = null) => (this.settings, this.network) = (settings, network);

    public int Port { get; } = FreePorts.Next();

    private string PidFile => folder.FileOf("redis.pid");

    public string Host => network?.Address ?? "127.0.0.1";

    public string Address => $"{Host}:{Port}";

    /// <summary>PEM file of the authority behind <see cref="StartTlsAsync"/>.</summary>
    public string Authority => folder.FileOf("ca.pem");

    /// <summary>Starts one; skips the test where redis-server is absent, fails it in CI.</summary>
    /// <param name="settings">Lines of redis.conf.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        RequireProgram();
        for (var attempt = 1; ; attempt++)
        {
            var server = new RedisServer(settings);
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Somebody took the port between the look and the start.
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>Starts one that speaks nothing but TLS.</summary>
    public static async Task<RedisServer> StartTlsAsync(params string[] settings)
    {
        RequireProgram();
        var server = new RedisServer(settings);
        server.WriteCertificates();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts one behind a network of its own, which can be cut.</summary>
    public static async Task<RedisServer> StartBehindAsync(NetworkNamespace network)
    {
        RequireProgram();
        var server = new RedisServer(["protected-mode no"], network);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        var isTls = File.Exists(Authority);
        var file = folder.Write("redis.conf", string.Join('\n', [
            $"bind {Host}", "daemonize no", "save \"\"", "appendonly no", $"dir {folder.Path}", $"pidfile {PidFile}",
            isTls ? $"port 0\ntls-port {Port}\ntls-cert-file {folder.Path}/server.pem\ntls-key-file {folder.Path}/server.key\ntls-ca-cert-file {folder.Path}/ca.pem\ntls-auth-clients no" : $"port {Port}",
            .. settings]));
        File.Delete(PidFile);
        process = Process.Start(new ProcessStartInfo(network is null ? "redis-server" : "ip", network is null ? [file] : ["netns", "exec", network.Name, "redis-server", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        if (await Eventually.HoldsAsync(Listens, TimeSpan.FromSeconds(60)) && !process.HasExited) return;
        throw new InvalidOperationException($"redis-server does not listen: {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: connections stay, answers do not come.</summary>
    public void Freeze() => Signals.SendStop(process!);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signals.SendContinue(process!);

    /// <summary>What redis-cli prints for a command.</summary>
    public async Task<string> CliAsync(params string[] words)
    {
        using var cli = Process.Start(new ProcessStartInfo("redis-cli", ["-h", Host, "-p", Port.ToString(System.Globalization.CultureInfo.InvariantCulture), .. words]) { RedirectStandardOutput = true })!;
        var output = await cli.StandardOutput.ReadToEndAsync();
        await cli.WaitForExitAsync();
        return output.TrimEnd('\n');
    }

    /// <summary>What redis-cli prints for several commands over one connection, a line each: with MULTI and EXEC nothing comes in between.</summary>
    public async Task<string> CliLinesAsync(params string[] lines)
    {
        using var cli = Process.Start(new ProcessStartInfo("redis-cli", ["-h", Host, "-p", Port.ToString(System.Globalization.CultureInfo.InvariantCulture)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await cli.StandardInput.WriteAsync(string.Join('\n', lines) + "\n");
        cli.StandardInput.Close();
        var output = await cli.StandardOutput.ReadToEndAsync();
        await cli.WaitForExitAsync();
        return output.TrimEnd('\n');
    }

    public async ValueTask DisposeAsync()
    {
        if (!isDisposed && process is { HasExited: false })
        {
            Thaw();
            await KillAsync();
        }

        // Whoever shares it may dispose of it too.
        if (isDisposed) return;
        isDisposed = true;
        process?.Dispose();
        folder.Dispose();
    }

    private static void RequireProgram()
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "redis-server")));
        if (isThere) return;
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)) Assert.Fail("Needed in CI: redis-server is not on PATH");
        Assert.Skip("redis-server is not on PATH");
    }

    // Written once it listens; a connection might be to somebody else who has the port.
    private bool Listens() => process!.HasExited || File.Exists(PidFile);

    private void WriteCertificates()
    {
        var from = TimeProvider.System.GetUtcNow().AddHours(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Sluice test authority", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = root.CreateSelfSigned(from, from.AddDays(2));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, from.AddDays(1), [1, 2, 3, 4]);
        folder.Write("ca.pem", authority.ExportCertificatePem());
        folder.Write("server.pem", certificate.ExportCertificatePem());
        folder.Write("server.key", key.ExportPkcs8PrivateKeyPem());
    }
}
