using System.Diagnostics;

namespace Sluice.Integration.Tests;

/// <summary>A small file system of a test's own, to be full or read-only.</summary>
internal sealed class Tmpfs : IDisposable
{
    private Tmpfs(string path) => Path = path;

    public string Path { get; }

    /// <summary>Null where this user may not mount.</summary>
    public static Tmpfs? Mount(string options)
    {
        var path = Directory.CreateTempSubdirectory("sluice-tmpfs-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path))
            return new Tmpfs(path);
        Directory.Delete(path);
        return null;
    }

    /// <summary>Changes its options; false while a file is open for writing and it is to be read-only.</summary>
    public bool Remount(string options) => Run("mount", "-o", "remount," + options, Path);

    public void Dispose()
    {
        if (Run("umount", Path))
            Directory.Delete(Path);
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true });
        process!.WaitForExit();
        return process.ExitCode == 0;
    }
}
