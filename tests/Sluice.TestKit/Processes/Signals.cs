using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sluice.TestKit.Processes;

/// <summary>POSIX signals for one process that the test started.</summary>
public static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>SIGTERM.</summary>
    public static void SendTerminate(Process process)
    {
        if (Kill(process.Id, Terminate) != 0 && !process.HasExited)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
