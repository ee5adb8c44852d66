using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Edge.Transport;

/// <content>What the server asks of a connection.</content>
internal sealed partial class EdgeConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature,
    IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature, IMemoryPoolFeature
{
    private static long connections;
    private string? id;
    private IDictionary<object, object?>? items;
    private MemoryPool<byte>? memoryPool;

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

    public MemoryPool<byte> MemoryPool => memoryPool!;

    public Socket Socket => socket;

    /// <summary>
    /// Breaks the connection: the client sees a reset, never a short answer that looks whole. Where it has all its answers, or nothing of the one that is under way, it is an
    /// ordinary end: a reset would take back what was sent before and not yet arrived.
    /// </summary>
    public override void Abort(ConnectionAbortedException abortReason) => Abort();

    public override void Abort()
    {
        var isUntouched = !serverInput.IsHeld && !output.IsWaiting && output.Sent == Volatile.Read(ref sentBefore);
        if (serverInput.IsAnswered || isUntouched) ShutDown(SocketShutdown.Both);
        else Break();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        // A server that is told to stop before it has begun to wait ends without asking: what is being sent past it goes out.
        await serverInput.WhenReleasedAsync();
        ShutDown(SocketShutdown.Both);
        await running;
        socket.Dispose();
        listener.Forget(this);
        await base.DisposeAsync();
    }

    private void SetFeatures(MemoryPool<byte> pool)
    {
        memoryPool = pool;
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    /// <summary>Says goodbye: what was sent still arrives.</summary>
    private void ShutDown(SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }
    }

    private void Break()
    {
        socket.Close(timeout: 0);
        polled.Wake();
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
