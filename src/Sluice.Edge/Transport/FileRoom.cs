using Microsoft.Extensions.Logging;
using Sluice.Core.Processes;

namespace Sluice.Edge.Transport;

/// <summary>
/// Tells when this process has three quarters of the files open that the system allows it (RLIMIT_NOFILE), so that further clients are left to wait: misses need files too, and a process
/// without any cannot even start a thread, for which the runtime ends it.
/// </summary>
internal sealed partial class FileRoom
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly long most, limit;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private long? told;
    private volatile bool isShort;

    public FileRoom(ILogger logger, TimeProvider time)
        : this(FileLimit.Read(), logger, time)
    {
    }

    internal FileRoom(long limit, ILogger logger, TimeProvider time) => (this.limit, most, this.logger, this.time) = (limit, limit / 4 * 3, logger, time);

    public bool IsShort => isShort;

    /// <summary>Looks at a file that was just opened: the system gives the lowest number that is free.</summary>
    public void Note(nint opened)
    {
        if (opened >= most) Fill();
        else isShort = false;
    }

    /// <summary>Notes that no file could be opened.</summary>
    public void Fill()
    {
        isShort = true;
        if (told is { } before && time.GetElapsedTime(before) < BetweenLines) return;
        told = time.GetTimestamp();
        LogShort(logger, limit);
    }

    /// <summary>Looks again whether there is room.</summary>
    public void Look()
    {
        try
        {
            using var probe = File.OpenHandle("/dev/null");
            Note(probe.DangerousGetHandle());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fill();
        }
    }

    [LoggerMessage(1006, LogLevel.Warning, "Of the {Limit} files that this process may have open three quarters are: new viewers wait until others leave. Allow more: ulimit -n 65536, or LimitNOFILE=65536 in the systemd unit")]
    private static partial void LogShort(ILogger logger, long limit);
}
