using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests;

/// <summary>A real nginx on a port of its own, with a folder for its files.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private Process process = null!;

    private Nginx()
    {
    }

    public int Port { get; } = FreePorts.Next();

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The lines of its access log: method, target, Host, status.</summary>
    public string[] Requests => File.Exists(folder.FileOf("access.log")) ? File.ReadAllLines(folder.FileOf("access.log")) : [];

    /// <summary>Starts it. <paramref name="server"/> is the inside of its server block, <paramref name="http"/> what stands before that.</summary>
    public static async Task<Nginx> StartAsync(string server, string http = "")
    {
        var nginx = new Nginx();
        var temporary = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind => $"{kind}_temp_path {nginx.folder.Path}/temp-{kind};\n"));
        var file = nginx.folder.Write("nginx.conf", $$"""
            daemon off;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            worker_processes 1;
            pid {{nginx.folder.Path}}/nginx.pid;
            error_log {{nginx.folder.Path}}/error.log info;
            events { worker_connections 1024; }
            http {
              {{temporary}}
              log_format seen '$request_method $request_uri $http_host $status';
              access_log {{nginx.folder.Path}}/access.log seen;
              {{http}}
              server { listen 127.0.0.1:{{nginx.Port}}; {{server}} }
            }
            """);
        nginx.process = Process.Start(new ProcessStartInfo(Require.Command("nginx"), ["-e", $"{nginx.folder.Path}/error.log", "-p", nginx.folder.Path, "-c", file]) { RedirectStandardError = true })!;
        if (await Eventually.HoldsAsync(nginx.ListensAsync, TimeSpan.FromSeconds(60))) return nginx;
        var reason = File.Exists($"{nginx.folder.Path}/error.log") ? await File.ReadAllTextAsync($"{nginx.folder.Path}/error.log") : "no error.log";
        await nginx.DisposeAsync();
        throw new InvalidOperationException($"nginx does not listen: {reason}");
    }

    public async ValueTask DisposeAsync()
    {
        // The worker is nginx's own to stop.
        if (!process.HasExited) Signals.SendTerminate(process);
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return process.HasExited;
        }
    }
}
