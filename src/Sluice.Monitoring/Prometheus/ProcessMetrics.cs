using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>The process itself, under the names that Prometheus client libraries agree on (<c>process_resident_memory_bytes</c> and so on).</summary>
internal static class ProcessMetrics
{
    private const string Descriptors = "/proc/self/fd";
    private static readonly Meter Meter = Create();

    /// <summary>Makes sure the instruments exist. They are the process's and live as long as it does.</summary>
    public static void Register() => _ = Meter;

    private static Meter Create()
    {
        var meter = new Meter("Sluice.Process");
        meter.CreateObservableUpDownCounter("process.resident_memory", () => Environment.WorkingSet, "By", "Memory in use that is in RAM, bodies outside the garbage-collected heap included.");
        meter.CreateObservableUpDownCounter("process.virtual_memory", () => Read(p => p.VirtualMemorySize64), "By", "Address space in use.");
        meter.CreateObservableUpDownCounter("process.threads", () => Read(p => p.Threads.Count), "{thread}", "Operating system threads.");
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time.");
        meter.CreateObservableGauge("process.start_time", () => (Read(p => p.StartTime).ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds, "s", "Start of the process, since the Unix epoch.");
        if (Directory.Exists(Descriptors))
            meter.CreateObservableUpDownCounter("process.open_fds", () => Directory.EnumerateFileSystemEntries(Descriptors).Count(), "{file}", "File descriptors open.");
        return meter;
    }

    private static T Read<T>(Func<Process, T> value)
    {
        using var process = Process.GetCurrentProcess();
        return value(process);
    }
}
