using System.IO.Pipelines;
using Sluice.Core.Origins;
using Sluice.Edge.Serving;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>How long a tunnel is kept that nobody uses.</summary>
public sealed class TunnelIdleTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
    private readonly ManualTimeProvider time = new();
    private readonly Side client = new();
    private readonly Side origin = new();

    [Fact(Timeout = 30_000)]
    public async Task Run_NothingComes_EndsAfterTheIdleTime()
    {
        var tunnel = Tunnel.RunAsync(client, origin, Idle, time, CancellationToken.None);
        time.Advance(Idle - TimeSpan.FromTicks(1));
        Assert.False(tunnel.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));
        await tunnel;
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_BytesFromEitherSide_BeginTheTimeAnew(bool fromClient)
    {
        var (from, to) = fromClient ? (client, origin) : (origin, client);
        var tunnel = Tunnel.RunAsync(client, origin, Idle, time, CancellationToken.None);
        for (var i = 0; i < 5; i++)
        {
            time.Advance(Idle * 0.9);
            await from.Said.Writer.WriteAsync(new byte[] { 7 });
            Assert.Equal(7, await to.HeardAsync());
        }

        Assert.False(tunnel.IsCompleted);
        time.Advance(Idle);
        await tunnel;
    }

    [Fact(Timeout = 30_000)]
    public async Task Run_OneSideTakesNothing_EndsAfterTheIdleTime()
    {
        client.IsStuck = true;
        var tunnel = Tunnel.RunAsync(client, origin, Idle, time, CancellationToken.None);
        await origin.Said.Writer.WriteAsync(new byte[] { 7 });
        await client.Stuck.Task;
        time.Advance(Idle);
        await tunnel;
    }

    [Fact(Timeout = 30_000)]
    public async Task Run_TheRequestIsAborted_Ends()
    {
        using var aborted = new CancellationTokenSource();
        var tunnel = Tunnel.RunAsync(client, origin, Idle, time, aborted.Token);
        await aborted.CancelAsync();
        await tunnel;
    }

    /// <summary>One end: what it says is read from it, what it hears is written to it.</summary>
    private sealed class Side : BodyStream
    {
        private readonly Pipe heard = new();

        public Pipe Said { get; } = new();

        public bool IsStuck { get; set; }

        public TaskCompletionSource Stuck { get; } = new();

        public override bool CanWrite => true;

        public async Task<byte> HeardAsync()
        {
            var read = await heard.Reader.ReadAsync();
            var first = read.Buffer.FirstSpan[0];
            heard.Reader.AdvanceTo(read.Buffer.End);
            return first;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Said.Reader.AsStream().ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsStuck)
            {
                Stuck.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            await heard.Writer.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
