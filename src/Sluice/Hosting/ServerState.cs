namespace Sluice.Hosting;

/// <summary>What the two listeners of a server share.</summary>
internal sealed class ServerState(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private volatile ServerPhase _phase = ServerPhase.Starting;

    /// <summary>Where the server is in its life.</summary>
    public ServerPhase Phase { get => _phase; set => _phase = value; }

    /// <summary>Time since the process began to start.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(_started);
}
