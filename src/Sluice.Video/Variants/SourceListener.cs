using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Video.Variants;

/// <summary>
/// Serves sources to the ffmpeg processes of this server, on a loopback port of its own: each under a path of 128 random bits that is there as long as its process runs.
/// Bytes come through the cache, in stretches that grow while they are read in order, so that a jump costs no more than it needs.
/// </summary>
internal sealed class SourceListener(ILoggerFactory logging) : IAsyncDisposable
{
    private const long FirstStretch = 256 << 10;
    private const long LargestStretch = 16 << 20;
    private const int PieceBytes = 64 << 10;

    private readonly ConcurrentDictionary<string, SourceLoan> loans = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim starting = new(1, 1);
    private WebApplication? host;
    private string? address;

    /// <summary>Lends a source; the URL is good until the loan is disposed. The listener opens with the first.</summary>
    public async Task<SourceLoan> LendAsync(CachedObject source, CancellationToken cancellation)
    {
        if (address is null) await StartAsync(cancellation);
        var name = "/" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return loans[name] = new SourceLoan(source, address + name, () => loans.TryRemove(name, out _));
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
        starting.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        await starting.WaitAsync(cancellation);
        try
        {
            if (address is not null) return;
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddSingleton(logging);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = static endPoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                // What lies in the socket when a reader jumps away was fetched for nothing.
                socket.SendBufferSize = PieceBytes;
                return socket;
            });
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MinResponseDataRate = null;
                kestrel.Limits.MaxResponseBufferSize = PieceBytes;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
            var app = builder.Build();
            app.Run(ServeAsync);
            await app.StartAsync(cancellation);
            (host, address) = (app, app.Urls.First());
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!loans.TryGetValue(request.Path.Value ?? "", out var loan) || loan.Source.Metadata.Length is not { } length)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var (start, end) = (0L, length);
        response.Headers.AcceptRanges = "bytes";
        response.ContentType = "application/octet-stream";
        if (request.Headers.Range is [{ } range] && TryRead(range, length, ref start, ref end))
        {
            if (start >= length)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
                return;
            }

            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end - 1}/{length}");
        }

        response.ContentLength = end - start;
        if (HttpMethods.IsGet(request.Method)) await SendAsync(context, loan, start, end);
    }

    private static async Task SendAsync(HttpContext context, SourceLoan loan, long start, long end)
    {
        var (source, writer) = (loan.Source, context.Response.BodyWriter);
        // Held between the readers too: a purge must not change what is being read.
        var isHeld = source.TryHold();
        try
        {
            for (var (position, stretch) = (start, FirstStretch); position < end; stretch = Math.Min(stretch * 2, LargestStretch))
            {
                var stop = Math.Min(end, position + stretch);
                using var reader = source.Open(position, stop, source.Source);
                while (reader.Position < stop)
                {
                    using var piece = await reader.ReadAsync(PieceBytes, context.RequestAborted);
                    if (piece.Length == 0) break;
                    piece.Span.CopyTo(writer.GetSpan(piece.Length));
                    writer.Advance(piece.Length);
                    if ((await writer.FlushAsync(context.RequestAborted)).IsCompleted) return;
                }

                position = stop;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // It reads on elsewhere.
        }
        catch (IOException failure)
        {
            // The source cannot be read on. A broken connection says so; the process that reads it will tell, but not this from a damaged source: so it is noted first.
            loan.Break(failure is ObjectChangedException or OriginException { Failure: OriginFailure.Changed });
            context.Abort();
        }
        finally
        {
            if (isHeld) source.Release();
        }
    }

    private static bool TryRead(string range, long length, ref long start, ref long end)
    {
        if (!range.StartsWith("bytes=", StringComparison.Ordinal) || range.IndexOf('-', StringComparison.Ordinal) is < 0 and var dash) return false;
        dash = range.IndexOf('-', StringComparison.Ordinal);
        if (!long.TryParse(range.AsSpan(6, dash - 6), NumberStyles.None, CultureInfo.InvariantCulture, out start)) return false;
        if (dash + 1 < range.Length && long.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)) end = Math.Min(length, last + 1);
        return true;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
