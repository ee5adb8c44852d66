using System.Runtime.InteropServices;

namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    /// <summary>How long the end of the process waits for the cache to close.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long what was cut off by the end of the process is not told to its callers: most processes are over by then, without dying of an exception that nobody was to see.
    /// Those that take a signal for themselves and go on hear of it then.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly Lock SharedGate = new();
    private static readonly List<PosixSignalRegistration> Signals = [];
    private static S3DownloadCache? shared;
    private static volatile bool isEnding;

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
    public static Task ShutdownAsync()
    {
        S3DownloadCache? closing;
        lock (SharedGate) (closing, shared) = (shared, null);
        return closing is null ? Task.CompletedTask : Task.Run(() => closing.DisposeAsync().AsTask());
    }

    private static void Watch()
    {
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => CloseNow();
        AppDomain.CurrentDomain.UnhandledException += static (_, _) => CloseNow();
        // Not cancelled: the signal does what it would have done, after this.
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]) Signals.Add(PosixSignalRegistration.Create(signal, static _ => CloseNow()));
    }

    private static void CloseNow()
    {
        isEnding = true;
        Task.Run(ShutdownAsync).Wait(Patience);
    }
}
