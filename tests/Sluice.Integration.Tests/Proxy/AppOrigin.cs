using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Proxy;

/// <summary>The program in front of an app that does what static files do not: uploads, streams, sockets.</summary>
public sealed class AppOrigin : IAsyncLifetime
{
    private WebApplication app = null!;
    private long uploaded;

    public SluiceProcess Sluice { get; private set; } = null!;

    /// <summary>URL of the app itself.</summary>
    public string Address => app.Urls.First();

    /// <summary>Bytes of the upload to /upload that the origin has read.</summary>
    public long Uploaded => Interlocked.Read(ref uploaded);

    /// <summary>Lets /events go on to its second event.</summary>
    public TaskCompletionSource NextEvent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 << 10;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.UseWebSockets();
        app.Map("/echo", EchoAsync);
        app.MapPut("/upload", UploadAsync);
        app.Map("/refuse", context =>
        {
            context.Response.StatusCode = 413;
            return Task.CompletedTask;
        });
        app.MapGet("/events", EventsAsync);
        app.MapGet("/large", (HttpContext context) =>
        {
            for (var i = 0; i < 50; i++) context.Response.Headers[$"X-Large-{i}"] = new string('x', 1000);
            return "large";
        });
        app.MapGet("/hop", (HttpContext context) =>
        {
            context.Response.Headers.Connection = "X-Hop";
            context.Response.Headers["X-Hop"] = "1";
            context.Response.Headers["X-End"] = "1";
            return string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"));
        });
        app.MapGet("/object", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Request.QueryString.Value;
        });
        app.Map("/trace", (HttpContext context) => $"{context.Request.Method} {context.Request.Headers["Max-Forwards"]}");
        app.Map("/socket", SocketAsync);
        app.Map("/raw", RawAsync);
        await app.StartAsync();
        Sluice = await SluiceProcess.StartAsync(Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (Sluice is not null) await Sluice.DisposeAsync();
        await app.DisposeAsync();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = context.Request;
        await context.Response.WriteAsync($"{request.Method} {request.Path} length={request.ContentLength?.ToString() ?? "none"} coding={request.Headers.TransferEncoding} {System.Text.Encoding.UTF8.GetString(body.ToArray())}");
    }

    private async Task UploadAsync(HttpContext context)
    {
        var buffer = new byte[64 << 10];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer)) > 0) Interlocked.Add(ref uploaded, count);
        await context.Response.WriteAsync($"{Uploaded}");
    }

    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("data: 1\n\n");
        await context.Response.Body.FlushAsync();
        await NextEvent.Task;
        await context.Response.WriteAsync("data: 2\n\n");
    }

    private static async Task SocketAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = 426;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        var buffer = new byte[64 << 10];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer, default);
            if (message.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
        }
    }

    /// <summary>A protocol of its own: answers each line in capitals.</summary>
    private static async Task RawAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "shout/1";
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync() is { Length: > 0 } line)
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(line.ToUpperInvariant() + "\n"));
    }
}
