using System.Runtime.InteropServices;

namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    /// <summary>How long the end of the process waits for the cache to close.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly Lock SharedGate = new();
    private static readonly List<PosixSignalRegistration> Signals = [];
    private static S3DownloadCache? shared;

    /// <summary>The one cache of this process, made at the first use with what the environment says (rows S3D-21, S3D-23). It closes by itself when the process ends: by exit, SIGINT, SIGTERM or an unhandled exception.</summary>
    /// <exception cref="ArgumentException">The environment holds values that cannot be understood.</exception>
    public static S3DownloadCache Shared
    {
        get
        {
            lock (SharedGate)
            {
                if (shared is not null) return shared;
                shared = new();
                if (Signals.Count == 0) Watch();
                return shared;
            }
        }
    }

    /// <summary>Closes <see cref="Shared"/> (row S3D-22); the next use makes a new one. Does nothing when there is none.</summary>
    public static async Task ShutdownAsync()
    {
        S3DownloadCache? closing;
        lock (SharedGate) (closing, shared) = (shared, null);
        if (closing is not null) await closing.DisposeAsync();
    }

    private static void Watch()
    {
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => CloseNow();
        AppDomain.CurrentDomain.UnhandledException += static (_, _) => CloseNow();
        // Not cancelled: the signal does what it would have done, after this.
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]) Signals.Add(PosixSignalRegistration.Create(signal, static _ => CloseNow()));
    }

    private static void CloseNow() => Task.Run(ShutdownAsync).Wait(Patience);
}
