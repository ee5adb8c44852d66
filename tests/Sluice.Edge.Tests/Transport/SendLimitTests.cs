using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Edge.Transport;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Transport;

/// <summary>With TLS too a client that takes nothing for a minute is let go, and one that takes a little now and then is not.</summary>
public sealed class SendLimitTests : IAsyncDisposable
{
    private const int Length = 16 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ManualTimeProvider time = new();
    private readonly TaskCompletionSource<Socket> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SendLimit limit;
    private WebApplication? app;

    public SendLimitTests() => limit = new SendLimit(time);

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        limit.Dispose();
    }

    [Fact]
    public async Task Client_TakesNothingForAMinute_IsLetGo()
    {
        using var client = await AskAsync();
        Assert.True(await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return aborted.Task.IsCompleted;
            },
            Limit));
        // Reset: what it never took is not kept for it.
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(client, Length));
    }

    [Fact]
    public async Task Client_TakesALittleNowAndThen_GetsEverything()
    {
        using var client = await AskAsync();
        var server = await accepted.Task;
        var read = 0;
        for (var minute = 0; minute < 10; minute++)
        {
            var before = SocketCalls.SentTo(server).Acknowledged;
            // The kernel of the client makes room only in steps.
            while (SocketCalls.SentTo(server).Acknowledged == before) read += await ReadAsync(client, 16 << 10);
            time.Advance(TimeSpan.FromSeconds(50));
        }

        Assert.False(aborted.Task.IsCompleted);
        Assert.Equal(Length, read + await ReadAsync(client, Length - read));
    }

    [Fact]
    public async Task Client_AsksForNothing_IsNobodysDebtor()
    {
        using var client = await AskAsync();
        Assert.Equal(Length, await ReadAsync(client, Length));
        var server = await accepted.Task;
        Assert.True(await Eventually.HoldsAsync(() => !SocketCalls.SentTo(server).IsOutstanding, Limit));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(aborted.Task.IsCompleted);
        Assert.True(server.Connected);
    }

    /// <summary>Asks for a large body, and takes its head.</summary>
    private async Task<SslStream> AskAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                limit.Watch(listen);
                listen.Use(next => connection =>
                {
                    accepted.TrySetResult(connection.Features.Get<IConnectionSocketFeature>()!.Socket);
                    connection.ConnectionClosed.Register(() => aborted.TrySetResult());
                    return next(connection);
                });
                listen.UseHttps(certificate);
            });
        });
        builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance);
        app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentLength = Length;
            var piece = new byte[64 << 10];
            for (var sent = 0; sent < Length; sent += piece.Length) await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.First()).Port, TestContext.Current.CancellationToken);
        var client = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented) }, TestContext.Current.CancellationToken);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client.ReadExactlyAsync(one, TestContext.Current.CancellationToken);
            head.Append((char)one[0]);
        }

        return client;
    }

    private static async Task<int> ReadAsync(SslStream client, int count)
    {
        var buffer = new byte[64 << 10];
        for (var left = count; left > 0;)
        {
            var read = await client.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), TestContext.Current.CancellationToken);
            if (read == 0) throw new IOException("ended early");
            left -= read;
        }

        return count;
    }
}
