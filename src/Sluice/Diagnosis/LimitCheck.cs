using System.Globalization;
using Sluice.Configuration;

namespace Sluice.Diagnosis;

/// <summary>What the system allows this process.</summary>
internal static class LimitCheck
{
    private const int FewFiles = 4096;

    /// <summary>Looks at open files and memory.</summary>
    public static IEnumerable<Finding> Run(CacheSection cache)
    {
        if (OpenFiles(File.Exists("/proc/self/limits") ? File.ReadLines("/proc/self/limits") : []) is { } files)
        {
            // Every viewer takes one; the runtime raises the soft limit to the hard one by itself.
            yield return files < FewFiles
                ? Finding.Warn("open files", $"at most {files}: viewers beyond that wait", "ulimit -n 65536, or LimitNOFILE=65536 in the systemd unit")
                : Finding.Ok("open files", $"up to {(files == long.MaxValue ? "any number" : files.ToString(CultureInfo.InvariantCulture))}");
        }
        yield return Memory(cache);
    }

    /// <summary>Looks at the memory that the machine, the container or the runtime's settings leave to this process.</summary>
    public static Finding Memory(CacheSection cache)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return cache.Memory > memory / 4 * 3
            ? Finding.Warn("memory", $"the memory tier may take {ByteSize.Display(cache.Memory)} of {ByteSize.Display(memory)}", "lower --memory: the system's own file cache needs room too")
            : Finding.Ok("memory", $"{ByteSize.Display(memory)} for a memory tier of {ByteSize.Display(cache.Memory)}");
    }

    /// <summary>The hard limit on open files in the text of /proc/self/limits; null when it is not there.</summary>
    public static long? OpenFiles(IEnumerable<string> limits)
    {
        var line = limits.FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var words = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [_, var hard, ..])
            return null;
        return hard == "unlimited" ? long.MaxValue : long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
    }
}
