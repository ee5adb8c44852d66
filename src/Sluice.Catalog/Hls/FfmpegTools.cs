using System.Globalization;
using System.Text;
using Sluice.Core.Processes;

namespace Sluice.Catalog.Hls;

/// <summary>Runs ffmpeg and ffprobe on files. They read nothing but the file named: no network, no playlist that leads elsewhere.</summary>
internal sealed class FfmpegTools(TimeSpan timeout, TimeProvider time)
{
    // Containers that hold their bytes themselves. Playlists and lists of files are not among them: an upload must not have the worker read other files.
    private const string Formats = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,m4v,h264,hevc,ivf,wtv,dv,rm,gxf,nut,y4m";

    private static readonly string? Ffmpeg = Find("ffmpeg"), Ffprobe = Find("ffprobe");

    /// <summary>The one of them that is not on the PATH; null when both are.</summary>
    public static string? Missing => Ffmpeg is null ? "ffmpeg" : Ffprobe is null ? "ffprobe" : null;

    /// <summary>How soon after its tools a process that is stopped hears of it.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(3);

    private const long MostMemory = 6L << 30;

    // A thousand streams, which is as many as ffmpeg takes, come to a quarter of it.
    private const int MostReport = 4 << 20;

    /// <summary>Pixels of an upload's picture: 8K, as for variants. A file of a few kilobytes may unpack to any number of them.</summary>
    public const int MostPixels = 7680 * 4320;

    /// <summary>Length of an upload in seconds, and of what is made of one that does not tell.</summary>
    public const int MostSeconds = 24 * 3600;

    /// <summary>What the system says of a file whose disk, or the server that has it, fails.</summary>
    private static readonly string[] Unreadable = ["Input/output error", "Stale file handle", "Transport endpoint is not connected", "Host is down"];

    /// <summary>Options that come before an upload.</summary>
    public static IEnumerable<string> Upload(string file) => ["-max_pixels", MostPixels.ToString(CultureInfo.InvariantCulture), "-protocol_whitelist", "file", "-format_whitelist", Formats, "-i", "file:" + file];

    /// <summary>Runs ffmpeg.</summary>
    /// <param name="folder">Where it works.</param>
    /// <param name="arguments">What follows the common options.</param>
    /// <param name="progress">Told how many seconds of the output are done.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="ToolFailedException">It failed; the message has its last words.</exception>
    /// <exception cref="IOException">It cannot be started.</exception>
    public async Task EncodeAsync(string folder, IEnumerable<string> arguments, Action<double>? progress, CancellationToken cancellation)
    {
        string[] all = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-progress", "pipe:1", .. arguments];
        await using var tool = Start(Ffmpeg, "ffmpeg", all, folder);
        await using (cancellation.Register(tool.Kill))
        {
            using var lines = new StreamReader(tool.Output);
            while (await lines.ReadLineAsync(CancellationToken.None) is { } line)
                if (line.StartsWith("out_time_us=", StringComparison.Ordinal) && long.TryParse(line.AsSpan(12), NumberStyles.None, CultureInfo.InvariantCulture, out var done)) progress?.Invoke(done / 1e6);
            await JudgeAsync("ffmpeg", await tool.Exited, cancellation);
        }
    }

    /// <summary>Runs ffprobe and gives what it writes.</summary>
    /// <exception cref="ToolFailedException">It failed, or wrote more than any video needs; the message has its last words.</exception>
    /// <exception cref="IOException">It cannot be started.</exception>
    public Task<byte[]> ProbeAsync(IEnumerable<string> arguments, CancellationToken cancellation) => ProbeAsync(["-print_format", "json", .. arguments], ReadReportAsync, cancellation);

    /// <summary>Runs ffprobe and gives what <paramref name="read"/> makes of what it writes, which may be many times as large as the file.</summary>
    /// <exception cref="ToolFailedException">It failed; the message has its last words.</exception>
    /// <exception cref="IOException">It cannot be started.</exception>
    public async Task<T> ProbeAsync<T>(IEnumerable<string> arguments, Func<Stream, Task<T>> read, CancellationToken cancellation)
    {
        await using var tool = Start(Ffprobe, "ffprobe", ["-hide_banner", "-loglevel", "error", .. arguments], "/");
        await using (cancellation.Register(tool.Kill))
        {
            var result = await read(tool.Output);
            await JudgeAsync("ffprobe", await tool.Exited, cancellation);
            return result;
        }
    }

    /// <summary>Whether this ffmpeg makes pictures of standard range out of those of high dynamic range.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public async Task<bool> CanToneMapAsync(CancellationToken cancellation)
    {
        await using var tool = Start(Ffmpeg, "ffmpeg", ["-hide_banner", "-filters"], "/");
        await using (cancellation.Register(tool.Kill))
        {
            var filters = await new StreamReader(tool.Output).ReadToEndAsync(cancellation);
            await JudgeAsync("ffmpeg", await tool.Exited, cancellation);
            return ToneMap.IsAmong(filters);
        }
    }

    /// <summary>What ffprobe writes of a file, unless that has no end.</summary>
    /// <exception cref="ToolFailedException">It is more than any video needs.</exception>
    internal static async Task<byte[]> ReadReportAsync(Stream output)
    {
        using var report = new MemoryStream();
        var piece = new byte[16 << 10];
        for (int count; (count = await output.ReadAsync(piece)) > 0; report.Write(piece, 0, count))
            if (report.Length + count > MostReport) throw new ToolFailedException("ffprobe told more of the file than of any video");
        return report.ToArray();
    }

    /// <summary>Why a tool failed; null when it did not. It is a <see cref="ToolFailedException"/> only where that may be the file's fault.</summary>
    internal static IOException? Fault(string name, ToolExit exit)
    {
        // ffmpeg takes it for the file's end, and ends with success.
        if (ReadFault(exit.Error) is { } fault) return new IOException($"{name} could not read the upload: {fault}");
        if (exit.IsSuccess) return null;
        var words = new StringBuilder(name).Append(exit.End switch
        {
            ToolEnd.TimedOut => " took too long",
            ToolEnd.Signalled when exit.Code == 128 + 9 => " was killed (signal 9), as the kernel does where memory runs out",
            ToolEnd.Signalled or ToolEnd.Killed => string.Create(CultureInfo.InvariantCulture, $" was ended by signal {exit.Code - 128}"),
            _ => string.Create(CultureInfo.InvariantCulture, $" failed ({exit.Code})"),
        });
        if (exit.LastLine.Length > 0) words.Append(": ").Append(exit.LastLine);
        if (exit.HasNotRun) return new ToolAwayException(words.ToString());
        return exit.IsInterrupted || exit is { End: ToolEnd.Signalled, Code: 128 + 9 } ? new IOException(words.ToString()) : new ToolFailedException(words.ToString());
    }

    private static string? ReadFault(string said) => said.Split('\n')
        .Where(line => line.StartsWith("file:", StringComparison.Ordinal) || line.Contains("Error during demuxing: ", StringComparison.Ordinal))
        .Select(line => Array.Find(Unreadable, words => line.EndsWith(": " + words, StringComparison.Ordinal))).FirstOrDefault(words => words is not null);

    private static string? Find(string name) => ToolCommand.Find(name, Environment.GetEnvironmentVariable("PATH"));

    private async Task JudgeAsync(string name, ToolExit exit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // Whoever stops a service tells all its processes at once, and a tool may be gone before this one has heard of it. ffmpeg ends in its own way then, with 255.
        if (exit.IsInterrupted || exit.Code == 255) await Task.Delay(Moment, time, cancellation);
        if (Fault(name, exit) is { } fault) throw fault;
    }

    private ToolProcess Start(string? program, string name, IReadOnlyList<string> arguments, string folder) => ToolProcess.Start(
        new ToolCommand(program ?? throw new IOException($"{name} is not on the PATH: install ffmpeg 5.1 or later."), arguments)
        {
            Folder = folder,
            Limits = new ToolLimits { Time = timeout, MemoryBytes = MostMemory },
        }, time);
}
