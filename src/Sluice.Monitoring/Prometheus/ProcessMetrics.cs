using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>The process itself, under the names that Prometheus client libraries agree on (<c>process_resident_memory_bytes</c> and so on).</summary>
internal static class ProcessMetrics
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>As often as the history takes a point.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(9);

    private static readonly Meter Meter = Create();

    /// <summary>Makes sure the instruments exist. They are the process's and live as long as it does.</summary>
    public static void Register() => _ = Meter;

    private static Meter Create()
    {
        var meter = new Meter("Sluice.Process");
        meter.CreateObservableUpDownCounter("process.resident_memory", () => Environment.WorkingSet, "By", "Memory in use that is in RAM, bodies outside the garbage-collected heap included.");
        meter.CreateObservableUpDownCounter("process.virtual_memory", Seldom(() => Read(p => p.VirtualMemorySize64)), "By", "Address space in use.");
        meter.CreateObservableUpDownCounter("process.threads", Seldom(() => Read(p => p.Threads.Count)), "{thread}", "Operating system threads.");
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time.");
        var start = (Read(p => p.StartTime).ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        meter.CreateObservableGauge("process.start_time", () => start, "s", "Start of the process, since the Unix epoch.");
        if (Directory.Exists(Descriptors))
            meter.CreateObservableUpDownCounter("process.open_fds", Seldom(() => Directory.EnumerateFileSystemEntries(Descriptors).Count()), "{file}", "File descriptors open.");
        return meter;
    }

    /// <summary>The kernel is asked for every descriptor and every thread by name, which takes the longer the more connections there are.</summary>
    private static Func<long> Seldom(Func<long> read)
    {
        var (gate, at, value) = (new Lock(), 0L, 0L);
        return () =>
        {
            lock (gate)
            {
                if (at == 0 || TimeProvider.System.GetElapsedTime(at) >= Kept) (value, at) = (read(), TimeProvider.System.GetTimestamp());
                return value;
            }
        };
    }

    private static T Read<T>(Func<Process, T> value)
    {
        using var process = Process.GetCurrentProcess();
        return value(process);
    }
}
