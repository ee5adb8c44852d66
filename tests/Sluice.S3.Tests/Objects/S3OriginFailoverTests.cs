using System.Net;
using System.Net.Sockets;
using Sluice.Core.Origins;
using Sluice.S3.Objects;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.Objects;

/// <summary>The endpoint's address goes to another machine, which knows nothing of the connections that are kept.</summary>
public sealed class S3OriginFailoverTests
{
    private const int Kept = 8;

    [Fact]
    public async Task Get_EveryKeptConnectionIsDead_IsAnsweredOnANewOne()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sockets = new List<Socket>();
        var serving = ServeAsync(listener, sockets);
        var options = new S3OriginOptions { Bucket = "media", Endpoint = new Uri($"http://{listener.LocalEndpoint}"), Region = "r", RetryPause = TimeSpan.Zero };
        var clock = new ManualTimeProvider();
        using var origin = new S3Origin(options, new S3.Credentials.NoCredentials(), S3Origin.Handler(options, clock), clock, new RecordingLogger());

        var firsts = await Task.WhenAll(Enumerable.Range(0, Kept).Select(_ => origin.FetchAsync(new OriginRequest { Path = "/k" }, default).AsTask()));
        foreach (var first in firsts)
        {
            await first.Body.ReadExactlyAsync(new byte[4], TestContext.Current.CancellationToken);
            await first.DisposeAsync();
        }

        for (var i = 0; i < Kept; i++)
        {
            await using var response = await origin.FetchAsync(new OriginRequest { Path = "/k" }, default);
            Assert.Equal(200, response.Status);
        }

        listener.Stop();
        await serving;
        sockets.ForEach(socket => socket.Dispose());
    }

    /// <summary>Each connection is good for one request, and the first ones answer only once they are all there.</summary>
    private static async Task ServeAsync(TcpListener listener, List<Socket> sockets)
    {
        var all = new TaskCompletionSource();
        var work = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                sockets.Add(socket);
                work.Add(AnswerAsync(socket, all.Task));
                if (sockets.Count == Kept) all.SetResult();
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(work);
        }
    }

    private static async Task AnswerAsync(Socket socket, Task all)
    {
        var buffer = new byte[16 << 10];
        if (await socket.ReceiveAsync(buffer) == 0) return;
        await all;
        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: \"1\"\r\n\r\nbody"u8.ToArray());
        _ = ForgetAsync(socket, buffer);
    }

    private static async Task ForgetAsync(Socket socket, byte[] buffer)
    {
        if (await socket.ReceiveAsync(buffer) == 0) return;
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
