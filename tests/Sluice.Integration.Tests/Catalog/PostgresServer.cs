using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>A real PostgreSQL of the tests' own: made in a scratch folder, on a free port, as the user postgres where the tests run as root. Never the system's.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly bool IsRoot = Environment.UserName == "root";

    private readonly string folder = Directory.CreateTempSubdirectory("sluice-postgres-").FullName;
    private string? programs;
    private bool runs;

    public int Port { get; } = FreePorts.Next();

    private string Data => Path.Combine(folder, "data");

    public async ValueTask InitializeAsync()
    {
        programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).LastOrDefault(d => File.Exists(Path.Combine(d, "initdb"))) : null;
        if (programs is null) return;
        if (IsRoot) await RunAsync("chown", "postgres", folder);
        await RunAsPostgresAsync("initdb", "-D", Data, "-U", "sluice", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8");
        await StartAsync();
    }

    /// <summary>A database of its own for a test; its address.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        if (programs is null) Require.Missing("PostgreSQL is not installed (apt-get install postgresql)");
        var name = "t" + Guid.NewGuid().ToString("N")[..12];
        await RunAsPostgresAsync("createdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "sluice", name);
        return $"postgres://sluice@127.0.0.1:{Port}/{name}";
    }

    /// <summary>One value of a query.</summary>
    public Task<string> AskAsync(string database, string sql) => RunAsPostgresAsync("psql", "-tA", database, "-c", sql);

    public async Task StartAsync()
    {
        await RunAsPostgresAsync("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(folder, "log"), "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off", "start");
        runs = true;
    }

    public Task EnsureStartedAsync() => runs ? Task.CompletedTask : StartAsync();

    /// <summary>Stops it as a crash would: every connection breaks.</summary>
    public async Task StopAsync()
    {
        await RunAsPostgresAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");
        runs = false;
    }

    /// <summary>Stops it and its children where they are, connections open.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (runs) await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Task<string> SignalAsync(string signal) => RunAsync("/bin/sh", "-c", $"read -r first < '{Data}/postmaster.pid' && kill -{signal} $first $(cat /proc/$first/task/*/children)");

    private Task<string> RunAsPostgresAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(programs!, program);
        return IsRoot ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var log = Path.Combine(folder, "output");
        // The server inherits the output: a pipe would be held open by it.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"cd / && exec \"$0\" \"$@\" >{log}.{Guid.NewGuid():N} 2>&1", program, .. arguments]);
        var output = start.ArgumentList[1].Split('>')[1].Split(' ')[0];
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await process.WaitForExitAsync(patience.Token);
        var said = (await File.ReadAllTextAsync(output, patience.Token)).Trim();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
    }
}
