using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Edge.Transport;

namespace Sluice.Hosting;

/// <summary>
/// HTTP/2 with prior knowledge (RFC 9113 section 3.3) on the clear-text port. Kestrel speaks one version of HTTP on a port without TLS, so a connection that begins with
/// the preface of HTTP/2 is handed, unread, to a second endpoint that speaks that one and has no port of its own.
/// </summary>
internal sealed class PriorKnowledge(TimeProvider time) : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    /// <summary>How long a connection may say nothing before Kestrel's own limits take over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<ConnectionContext> handed = Channel.CreateUnbounded<ConnectionContext>();

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public EndPoint EndPoint { get; } = new HandedOver();

    /// <summary>Makes an endpoint in clear text speak HTTP/1.1 and HTTP/2.</summary>
    public static void Listen(KestrelServerOptions kestrel, IPEndPoint endPoint, SendLimit? limit)
    {
        var handover = kestrel.ApplicationServices.GetRequiredService<PriorKnowledge>();
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            limit?.Watch(listen);
            listen.Use(next => connection => handover.SortAsync(connection, next));
        });
        kestrel.Listen(handover.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is HandedOver;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await handed.Reader.WaitToReadAsync(cancellationToken))
            if (handed.Reader.TryRead(out var connection)) return connection;
        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        handed.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private async Task SortAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        bool isHttp2;
        var input = connection.Transport.Input;
        await using (time.CreateTimer(static state => ((PipeReader)state!).CancelPendingRead(), input, Patience, Timeout.InfiniteTimeSpan))
            isHttp2 = await HasPrefaceAsync(input);
        if (!isHttp2)
        {
            await next(connection);
            return;
        }

        var lent = new LentConnection(connection);
        if (handed.Writer.TryWrite(lent)) await lent.Returned;
    }

    /// <summary>Looks at the first bytes and leaves them. One differing byte is enough to know: no method begins like the preface but a made-up one.</summary>
    private static async ValueTask<bool> HasPrefaceAsync(PipeReader input)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync();
            }
            catch (IOException)
            {
                // The client is gone; the server finds out for itself and tidies up.
                return false;
            }

            var buffer = read.Buffer;
            var length = (int)Math.Min(buffer.Length, Preface.Length);
            var isLike = IsLikePreface(buffer.Slice(0, length));
            var isKnown = !isLike || length == Preface.Length || read.IsCompleted || read.IsCanceled;
            input.AdvanceTo(buffer.Start, isKnown ? buffer.Start : buffer.End);
            if (isKnown) return isLike && length == Preface.Length;
        }
    }

    private static bool IsLikePreface(ReadOnlySequence<byte> start)
    {
        Span<byte> copy = stackalloc byte[Preface.Length];
        start.CopyTo(copy);
        return copy[..(int)start.Length].SequenceEqual(Preface[..(int)start.Length]);
    }

    /// <summary>The address of the endpoint without a port.</summary>
    private sealed class HandedOver : EndPoint
    {
        public override string ToString() => "http2-with-prior-knowledge";
    }

    /// <summary>The same connection for the second endpoint, which says by disposing it that it is done.</summary>
    private sealed class LentConnection(ConnectionContext lender) : ConnectionContext
    {
        private readonly TaskCompletionSource returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Returned => returned.Task;

        public override string ConnectionId { get; set; } = lender.ConnectionId;

        public override IFeatureCollection Features { get; } = new FeatureCollection(lender.Features);

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; } = lender.Transport;

        public override EndPoint? LocalEndPoint { get; set; } = lender.LocalEndPoint;

        public override EndPoint? RemoteEndPoint { get; set; } = lender.RemoteEndPoint;

        public override CancellationToken ConnectionClosed { get; set; } = lender.ConnectionClosed;

        public override void Abort(ConnectionAbortedException abortReason) => lender.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            returned.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
