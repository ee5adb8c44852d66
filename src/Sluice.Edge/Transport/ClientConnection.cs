using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Edge.Transport;

/// <summary>One client's connection, as the server asks for it, on a socket that a poller watches.</summary>
internal abstract class ClientConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature,
    IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature, IMemoryPoolFeature
{
    /// <summary>What is received at once; a longer head goes to the server.</summary>
    public const int BufferBytes = 4096;

    /// <summary>What the server may have unread before the client is made to wait.</summary>
    private const int PauseBytes = 256 << 10;

    private static long connections;
    private readonly CancellationTokenSource closed = new();
    private Task running = Task.CompletedTask;
    private int lastTick;
    private Taking taking;
    private long sentBefore;
    private string? id;
    private IDictionary<object, object?>? items;

    /// <param name="socket">The client's.</param>
    /// <param name="listener">Took it in.</param>
    /// <param name="pool">Memory for what the server reads.</param>
    /// <param name="turns">Where whoever reads goes on.</param>
    protected ClientConnection(Socket socket, EdgeListener listener, MemoryPool<byte> pool, PipeScheduler turns)
    {
        (Socket, Listener, MemoryPool) = (socket, listener, pool);
        Polled = new PolledSocket(socket);
        Input = NewInput(pool, turns);
        Output = new SocketOutput(socket, Polled, NoteUse);
        // Until whoever knows more puts something else in its place.
        Transport = new DuplexPipe(Input.Reader, Output);
        lastTick = listener.Tick;
        SetFeatures();
    }

    public override string ConnectionId
    {
        get => id ??= Interlocked.Increment(ref connections).ToString("x", CultureInfo.InvariantCulture);
        set => id = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items
    {
        get => items ??= new ConnectionItems();
        set => items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed
    {
        get => closed.Token;
        set => throw new NotSupportedException();
    }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public MemoryPool<byte> MemoryPool { get; }

    public Socket Socket { get; }

    /// <summary>Took this connection in.</summary>
    public EdgeListener Listener { get; }

    protected PolledSocket Polled { get; }

    /// <summary>What was received for the server.</summary>
    protected Pipe Input { get; }

    protected SocketOutput Output { get; }

    /// <summary>What the server has of the requests on this connection; null where that is not to be told.</summary>
    protected abstract ServerInput? Requests { get; }

    /// <summary>The tick at which a head began to arrive that is not whole yet; 0 while there is none.</summary>
    protected virtual int HeadBegan => 0;

    /// <summary>A pipe for what the server reads, who leaves the socket's thread for the requests that are its own: they may wait.</summary>
    /// <param name="pool">Its memory.</param>
    /// <param name="turns">Where whoever reads goes on; null for the thread pool.</param>
    public static Pipe NewInput(MemoryPool<byte> pool, PipeScheduler? turns = null) =>
        new(new PipeOptions(pool, turns ?? PipeScheduler.ThreadPool, PipeScheduler.ThreadPool, PauseBytes, PauseBytes / 2, useSynchronizationContext: false));

    /// <summary>Starts to read; returns at the first wait.</summary>
    public void Start() => running = RunAsync();

    /// <summary>Ends a connection that nobody has used for too long, or whose client takes nothing of what it asked for. Called every tick.</summary>
    public void CloseIfIdle(int tick, int maximumIdle, int maximumPartial, int maximumSend)
    {
        var isSending = Requests is { IsHeld: true } || Output.IsWaiting;
        // Room is told of only when a third of what is queued was taken, and a send of the server's takes as long as all of it: only the kernel knows of the steps.
        if (isSending && TakesSomething()) NoteUse();
        var age = tick - Volatile.Read(ref lastTick);
        if (isSending && age > maximumSend) Break();
        if (Requests is not { IsIdle: true, IsHeld: false }) return;
        var began = HeadBegan;
        // A byte now and then does not make a head (RFC 9110 section 15.5.9).
        if (age > maximumIdle || (began != 0 && tick - began > maximumPartial)) ShutDown(SocketShutdown.Both);
    }

    /// <summary>Takes no further request unless the server has one; what is being sent goes out.</summary>
    public void StopReading()
    {
        if (Requests is { IsIdle: true }) ShutDown(SocketShutdown.Receive);
    }

    /// <summary>The client is there and does something.</summary>
    public void NoteUse() => Volatile.Write(ref lastTick, Listener.Tick);

    /// <summary>The server waits for a request for a limited time, and does not see those that are answered here.</summary>
    public bool OutlastsWait() => !Listener.IsStopping && Listener.Tick - Volatile.Read(ref lastTick) < EdgeListener.MaximumIdle;

    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    /// <summary>
    /// Breaks the connection: the client sees a reset, never a short answer that looks whole, which one without a length does over TLS too, where the server ends without a
    /// word (close_notify). Where it has all its answers, or nothing of the one that is under way, or where frames tell (HTTP/2), it is an ordinary end: a reset would take back
    /// what was sent before and not yet arrived.
    /// </summary>
    public override void Abort()
    {
        var isUntouched = Requests is { IsHeld: false } && !Output.IsWaiting && Output.Sent == Volatile.Read(ref sentBefore);
        if (Requests is null or { IsAnswered: true } || isUntouched) ShutDown(SocketShutdown.Both);
        else Break();
    }

    /// <summary>The server is about to get a request, or all that comes from here on.</summary>
    public void NoteHanded(bool isAll = false) => Volatile.Write(ref sentBefore, isAll ? long.MinValue : Output.Sent);

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        // A server that is told to stop before it has begun to wait ends without asking: what is being sent past it goes out.
        if (Requests is { } requests) await requests.WhenReleasedAsync();
        ShutDown(SocketShutdown.Both);
        await running;
        Socket.Dispose();
        Listener.Forget(this);
        await base.DisposeAsync();
    }

    /// <summary>Receives until the connection is over.</summary>
    protected abstract Task ReceiveAllAsync();

    /// <summary>Completes once nothing is answered past the server any more, after all was received.</summary>
    protected virtual Task WhenAnsweredAsync() => Task.CompletedTask;

    /// <summary>Gives back what was taken for it.</summary>
    protected virtual void Free() => Polled.Dispose();

    /// <summary>All that comes is the server's.</summary>
    protected async ValueTask<bool> RelayAsync()
    {
        while (true)
        {
            // A client who says nothing holds no memory.
            await Polled.WhenArrivedAsync();
            var count = await Polled.ReceiveAsync(Input.Writer.GetMemory(BufferBytes));
            if (count == 0) return false;
            Input.Writer.Advance(count);
            if ((await Input.Writer.FlushAsync()).IsCompleted) return false;
        }
    }

    /// <summary>Says goodbye: what was sent still arrives.</summary>
    protected void ShutDown(SocketShutdown how)
    {
        try
        {
            Socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }
    }

    /// <summary>The client sees a reset, never a short answer that looks whole.</summary>
    protected void Break()
    {
        Socket.Close(timeout: 0);
        Polled.Wake();
    }

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            await ReceiveAllAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            failure = new IOException("The connection broke.", e);
        }
        catch (Exception e) when (e is OriginException or ObjectChangedException or IOException)
        {
            // The head promised more: the only honest end is a broken connection.
            Listener.NoteCutShort(e);
            Break();
            failure = e;
        }
        finally
        {
            Free();
            await Input.Writer.CompleteAsync(failure);
            // The server takes it for the end of everything; a client who sends no more may still wait for the answers to what it sent.
            if (failure is null) await WhenAnsweredAsync();
            // Callbacks of the server's may take their time.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), closed, preferLocal: false);
        }
    }

    private bool TakesSomething()
    {
        try
        {
            return taking.GoesOn(Socket, EdgeListener.TickLength);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is over already.
            return false;
        }
    }

    private void SetFeatures()
    {
        (LocalEndPoint, RemoteEndPoint) = (Socket.LocalEndPoint, Socket.RemoteEndPoint);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }
}

/// <summary>Both ways of a connection.</summary>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
