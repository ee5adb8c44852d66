using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sluice.TestKit.Processes;

/// <summary>POSIX signals for one process that the test started.</summary>
public static partial class Signals
{
    private const int HangUp = 1;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>SIGHUP.</summary>
    public static void SendHangUp(Process process) => Send(process, HangUp);

    /// <summary>SIGTERM.</summary>
    public static void SendTerminate(Process process) => Send(process, Terminate);

    /// <summary>SIGSTOP.</summary>
    public static void SendStop(Process process) => Send(process, Stop);

    /// <summary>SIGCONT.</summary>
    public static void SendContinue(Process process) => Send(process, Continue);

    private static void Send(Process process, int signal)
    {
        if (Kill(process.Id, signal) != 0 && !process.HasExited)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
