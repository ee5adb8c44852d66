using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Sluice.Edge.Transport;

/// <summary>A client's connection with TLS between the socket and HTTP: bytes go through to whoever speaks TLS, and come from there.</summary>
internal sealed class TlsSocket : ClientConnection
{
    private readonly Turns turns;
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerInput? requests;

    public TlsSocket(Socket socket, EdgeListener listener, MemoryPool<byte> pool)
        : this(socket, listener, pool, new Turns())
    {
    }

    private TlsSocket(Socket socket, EdgeListener listener, MemoryPool<byte> pool, Turns turns)
        : base(socket, listener, pool, turns) => this.turns = turns;

    /// <summary>True once the client takes no more.</summary>
    public bool IsGone => Output.IsBroken;

    protected override ServerInput? Requests => Volatile.Read(ref requests);

    /// <summary>From here on whoever reads goes on where bytes arrive, on the poller's thread, and may not wait there.</summary>
    /// <param name="input">Knows what the server has of the requests.</param>
    public void ServeInPlace(ServerInput input)
    {
        Volatile.Write(ref requests, input);
        turns.AreInPlace = true;
    }

    /// <summary>From here on what is written goes out by and by: many streams write in turn, a little each.</summary>
    public void QueueOutput()
    {
        Output.Queue();
        EndServing();
    }

    /// <summary>From here on whoever reads leaves the poller's thread to others.</summary>
    public void ServeElsewhere() => turns.AreInPlace = false;

    /// <summary>From here on nothing is answered past the server.</summary>
    public void EndServing() => answered.TrySetResult();

    /// <summary>Ends what is being read.</summary>
    public void EndReading()
    {
        ServeElsewhere();
        ShutDown(SocketShutdown.Receive);
    }

    public override async ValueTask DisposeAsync()
    {
        // Of one whose handshake failed nobody else says it.
        EndServing();
        await base.DisposeAsync();
    }

    protected override Task WhenAnsweredAsync() => answered.Task;

    protected override async Task ReceiveAllAsync() => await RelayAsync();

    private sealed class Turns : PipeScheduler
    {
        private volatile bool areInPlace;

        public bool AreInPlace { set => areInPlace = value; }

        public override void Schedule(Action<object?> action, object? state)
        {
            if (areInPlace) action(state);
            else ThreadPool.Schedule(action, state);
        }
    }
}
