using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Origins;

/// <summary>An origin answers before it has read the body, and closes: too large, not logged in. Browsers send it without asking first.</summary>
public sealed class HttpOriginRefusedBodyTests
{
    private const int Pieces = 10_000;

    [Theory]
    [InlineData((long)Pieces * 1000)]
    [InlineData(null)]
    public async Task Send_OriginAnswersEarlyAndCloses_ItsAnswerIsGivenAndTheRestNotAskedFor(long? length)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closed = RefuseAsync(listener);
        using var origin = HttpOrigin.Create("up", new HttpOriginOptions { Url = $"http://{listener.LocalEndpoint}" }, new ManualTimeProvider());
        var body = new Body(closed);
        await using var response = await origin.FetchAsync(new() { Method = "POST", Path = "/", Body = body, BodyLength = length }, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(response.Body);
        Assert.Equal((413, "too large"), (response.Status, await reader.ReadToEndAsync(TestContext.Current.CancellationToken)));
        Assert.InRange(body.Given, 1, Pieces - 1);
    }

    private static async Task RefuseAsync(TcpListener listener)
    {
        using var socket = await listener.AcceptSocketAsync();
        var head = new StringBuilder();
        var buffer = new byte[1000];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal)) head.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer)));
        await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large"));
    }

    /// <summary>A client's body that goes on until it is not wanted, the second piece once the origin has closed.</summary>
    private sealed class Body(Task closed) : BodyStream
    {
        public int Given { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Given > 0) await closed.WaitAsync(cancellationToken);
            if (Given == Pieces) return 0;
            Given++;
            return 1000;
        }
    }
}
