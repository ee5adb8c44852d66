namespace Sluice.Edge.Origins;

/// <summary>
/// Keeps SocketsHttpHandler from sending one request again and again: left alone it tries a request without a body up to four times, of any method and on new connections
/// too, whenever the connection closes before an answer.
/// </summary>
/// <remarks>
/// It has no setting for that, so each connection reports what is written to it. Which request that belongs to is known from the asynchronous flow, in which the handler
/// makes all its attempts.
/// </remarks>
internal sealed class Attempts(bool isSafe)
{
    private static readonly AsyncLocal<Attempts?> Flow = new();

    private ConnectionStream? last;
    private bool mayRepeat = isSafe;

    /// <summary>The request that the code now running belongs to.</summary>
    public static Attempts? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    /// <summary>True once the origin takes no more of the request. It may have answered before.</summary>
    public bool IsRefused { get; set; }

    /// <summary>True once a byte of an answer has come.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>True once something of it may have reached the origin, on whichever connection.</summary>
    public bool IsSent => last is not null;

    /// <summary>True where it may be sent once more, on a new connection: so far it went out on a kept one only, from which nothing came back.</summary>
    public bool NeedsNewConnection => IsSent && mayRepeat && !IsAnswered;

    /// <summary>
    /// Called before anything is written. A second connection is allowed once, for a safe request whose first connection had been used before:
    /// that one may have been closed for idleness before the request got there. It has to be a new one: where the origin's address went to another machine,
    /// none that is kept leads anywhere.
    /// </summary>
    /// <exception cref="IOException">The request has been sent before and may not be repeated.</exception>
    public void Write(ConnectionStream connection, bool isReused)
    {
        if (last == connection) return;
        if (last is not null)
        {
            if (!mayRepeat || isReused) throw new IOException("The connection was closed before an answer came.");
            mayRepeat = false;
        }
        else if (!isReused) mayRepeat = false;
        last = connection;
    }
}
