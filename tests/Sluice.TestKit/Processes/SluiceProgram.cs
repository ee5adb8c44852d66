using System.Diagnostics;

namespace Sluice.TestKit.Processes;

/// <summary>Where the built program is, and how to run one of its commands to the end.</summary>
public static class SluiceProgram
{
    /// <summary>
    /// The executable or the assembly under test: SLUICE_EXE where set, else the newest of those under
    /// <c>artifacts/</c> and <c>src/Sluice/bin/</c> of the repository the tests were built in.
    /// </summary>
    public static string Path { get; } = Find();

    /// <summary>The folder that holds Sluice.slnx.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Runs a command and waits for its end; fails the test when it takes longer than <paramref name="limit"/> (default 2 minutes).</summary>
    public static async Task<CommandResult> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? limit = null)
    {
        using var process = Start(arguments, environment);
        process.Start();
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(2), TimeProvider.System);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new CommandResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"sluice {string.Join(' ', arguments)} did not end by itself");
        }
    }

    public static Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    /// <summary>A process of the program, not started, its output redirected, without settings of the surroundings.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var isAssembly = Path.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : Path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (isAssembly)
            start.ArgumentList.Add(Path);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        // As the launcher does.
        start.Environment.TryAdd("DOTNET_GCgen0MaxBudget", "0x800000");
        return new Process { StartInfo = start };
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("SLUICE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("REDIS_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("CACHE_", StringComparison.OrdinalIgnoreCase);

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("SLUICE_EXE") is { Length: > 0 } set)
            return set;
        var root = FindRepository();
        string[] folders = [System.IO.Path.Combine(root, "artifacts"), System.IO.Path.Combine(root, "src", "Sluice", "bin")];
        var found = folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "sluice.dll", SearchOption.AllDirectories))
            .Where(file => File.Exists(System.IO.Path.ChangeExtension(file, ".runtimeconfig.json")) && !file.Contains("/ref", StringComparison.Ordinal))
            .OrderByDescending(File.GetLastWriteTimeUtc)
            .FirstOrDefault();
        return found ?? throw new FileNotFoundException("No built sluice: build src/Sluice, or set SLUICE_EXE.");
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Sluice.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Sluice.slnx above {AppContext.BaseDirectory}");
    }
}
