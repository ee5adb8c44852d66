using System.Net;
using System.Net.Sockets;
using Sluice.Core.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Origins;

/// <summary>A host has several addresses, and some of them are dead.</summary>
public sealed class OriginDialerTests : IDisposable
{
    private static readonly IPAddress Dead = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Refusing = IPAddress.Parse("127.0.0.3");

    private readonly Socket live = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket full = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket filling = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ManualTimeProvider clock = new();
    private readonly int port;

    public OriginDialerTests()
    {
        live.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        live.Listen();
        port = ((IPEndPoint)live.LocalEndPoint!).Port;
        // One that waits to be accepted is all it has room for: whoever comes next hears nothing, as from a machine that is off.
        full.Bind(new IPEndPoint(Dead, port));
        full.Listen(0);
        filling.Connect(Dead, port);
    }

    [Fact]
    public async Task Connect_FirstAddressIsDead_TriesTheNextAfterAMoment()
    {
        var connecting = ConnectAsync(Dead, IPAddress.Loopback);
        while (clock.ActiveTimers == 0) await Task.Yield();
        Assert.False(connecting.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(250));
        using var socket = await connecting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), socket.RemoteEndPoint);
    }

    [Fact]
    public async Task Connect_FirstAddressRefuses_TriesTheNextAtOnce()
    {
        using var socket = await ConnectAsync(Refusing, IPAddress.Loopback).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), socket.RemoteEndPoint);
    }

    [Fact]
    public async Task Connect_AllRefuse_SaysWhatTheFirstSaid()
    {
        var failure = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(Refusing, Refusing));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task Connect_CallerGivesUpOnADeadAddress_IsTheCallersCancellation()
    {
        using var patience = new CancellationTokenSource();
        var connecting = OriginDialer.ConnectAsync([Dead], port, clock, patience.Token);
        await patience.CancelAsync();
        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.Equal(patience.Token, canceled.CancellationToken);
    }

    public void Dispose()
    {
        filling.Dispose();
        full.Dispose();
        live.Dispose();
    }

    private Task<Socket> ConnectAsync(params IPAddress[] addresses) => OriginDialer.ConnectAsync(addresses, port, clock, TestContext.Current.CancellationToken);
}
