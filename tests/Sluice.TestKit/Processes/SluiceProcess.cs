using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.TestKit.Processes;

/// <summary>
/// The built program, serving: on ports of its own, with a cache folder of its own, its output kept.
/// It can be stopped as an operator would, killed as a power cut would, and started again on the same folder.
/// </summary>
public sealed class SluiceProcess : IAsyncDisposable
{
    /// <summary>In its log when a stop had to wait its whole grace for requests.</summary>
    public const string CutOff = "still in flight";

    private readonly SluiceProcessOptions _options;
    private readonly bool _ownsCache;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private SluiceProcess(SluiceProcessOptions options)
    {
        _options = options;
        _ownsCache = options.CacheDirectory is null;
        CacheDirectory = options.CacheDirectory ?? Directory.CreateTempSubdirectory("sluice-cache-").FullName;
        EdgeAddress = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        ApiAddress = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        Edge = Client(EdgeAddress);
        Api = Client(ApiAddress);
    }

    public string CacheDirectory { get; }

    /// <summary>Where its catalog is unless its arguments name another.</summary>
    public string CatalogDirectory => CacheDirectory.TrimEnd('/') + "-catalog";

    public Uri EdgeAddress { get; }

    public Uri ApiAddress { get; }

    /// <summary>Talks to the edge: no cookies, no redirects followed, no decompression.</summary>
    public HttpClient Edge { get; }

    public HttpClient Api { get; }

    public bool HasExited => _process?.HasExited ?? true;

    public int ExitCode => _process!.ExitCode;

    /// <summary>What it printed on both streams since its first start.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>True once it has printed that: what it prints is read a moment after it answers.</summary>
    public Task<bool> SaysAsync(string text) => Eventually.HoldsAsync(() => Log.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(60));

    /// <summary>Bytes resident now.</summary>
    public long ResidentBytes => StatusField("VmRSS:");

    /// <summary>Most bytes resident at once since this process began.</summary>
    public long PeakResidentBytes => StatusField("VmHWM:");

    /// <summary>Bytes it has read from files and sockets since this process began.</summary>
    public long ReadBytes => Field("io", "rchar:");

    /// <summary>Time its threads have run since this process began.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Lets it open so many more files, sockets included, and no more.</summary>
    public async Task LimitFilesAsync(int more)
    {
        var most = Directory.GetFiles($"/proc/{_process!.Id}/fd").Length + more;
        using var prlimit = Process.Start("prlimit", [$"--pid={_process.Id}", $"--nofile={most}:{most}"]);
        await prlimit.WaitForExitAsync();
    }

    public static async Task<SluiceProcess> StartAsync(SluiceProcessOptions options)
    {
        for (var attempt = 1; ; attempt++)
        {
            var process = new SluiceProcess(options);
            try
            {
                await process.StartAsync();
                return process;
            }
            catch (InvalidOperationException) when (attempt < 3 && process.Log.Contains("is in use by another program", StringComparison.Ordinal))
            {
                // Somebody took a port between the look and the start.
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    public static Task<SluiceProcess> StartAsync(string origin, params string[] arguments) =>
        StartAsync(new SluiceProcessOptions { Origin = origin, Arguments = arguments });

    /// <summary>Starts it, again if it was stopped, and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        Launch();
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < _options.ReadyWithin)
        {
            if (HasExited)
                throw new InvalidOperationException($"sluice ended with {ExitCode} before it was ready:\n{Log}");
            if (await IsReadyAsync())
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(25), time);
        }

        throw new TimeoutException($"sluice was not ready within {_options.ReadyWithin}:\n{Log}");
    }

    /// <summary>SIGTERM, and waits for the end. Answers how long that took.</summary>
    public async Task<TimeSpan> StopAsync(TimeSpan? limit = null)
    {
        var begun = TimeProvider.System.GetTimestamp();
        SendTerminate();
        await WaitForExitAsync(limit ?? TimeSpan.FromSeconds(60));
        return TimeProvider.System.GetElapsedTime(begun);
    }

    /// <summary>SIGTERM without waiting.</summary>
    public void SendTerminate() => Signals.SendTerminate(_process!);

    public async Task WaitForExitAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit, TimeProvider.System);
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"sluice still runs {limit} after it was asked to end:\n{Log}");
        }
    }

    /// <summary>SIGHUP.</summary>
    public void SendHangUp() => Signals.SendHangUp(_process!);

    /// <summary>SIGSTOP: it stands still until <see cref="Thaw"/>.</summary>
    public void Freeze() => Signals.SendStop(_process!);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signals.SendContinue(_process!);

    /// <summary>SIGKILL: it gets no chance to save anything.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>A JSON document of the API.</summary>
    public async Task<JsonNode> ApiJsonAsync(string path)
    {
        using var response = await Api.GetAsync(new Uri(path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text) ?? throw new InvalidOperationException($"{path} answered null")
            : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {text}");
    }

    /// <summary>A command of the program told to talk to this server.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) =>
        SluiceProgram.RunAsync([.. arguments, "--api", ApiAddress.GetLeftPart(UriPartial.Authority)]);

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
            await KillAsync();
        _process?.Dispose();
        Edge.Dispose();
        Api.Dispose();
        if (_ownsCache)
            Directory.Delete(CacheDirectory, recursive: true);
        if (Directory.Exists(CatalogDirectory))
            Directory.Delete(CatalogDirectory, recursive: true);
    }

    private void Launch()
    {
        _process?.Dispose();
        List<string> arguments = ["serve"];
        if (_options.Origin is { } origin)
            arguments.Add(origin);
        arguments.AddRange(["--edge", EdgeAddress.Authority, "--api", ApiAddress.Authority, "--cache-dir", CacheDirectory]);
        // Never the catalog of whoever runs the tests.
        if (!_options.Arguments.Contains("--catalog"))
            arguments.AddRange(["--catalog", CatalogDirectory]);
        arguments.AddRange(_options.Arguments);
        _process = SluiceProgram.Start(arguments, _options.Environment);
        if (_options.OpenFiles is { } files)
        {
            var start = _process.StartInfo;
            foreach (var word in (string[])[start.FileName, $"ulimit -n {files}; exec \"$0\" \"$@\"", "-c"])
                start.ArgumentList.Insert(0, word);
            start.FileName = "/bin/sh";
        }

        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Api.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private long StatusField(string name) => Field("status", name) * 1024;

    private long Field(string file, string name)
    {
        var line = File.ReadLines($"/proc/{_process!.Id}/{file}").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }

    private static HttpClient Client(Uri address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = 1000,
    })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(5),
    };
}
