using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Transport;

/// <summary>Hits go on while the thread pool does nothing, because nothing of them runs there. Alone, since the whole process has one pool.</summary>
[Collection("alone")]
public sealed class EdgeTransportStarvationTests
{
    [Theory]
    [InlineData(1000, false)]
    [InlineData(6_000_000, false)]
    [InlineData(6_000_000, true)]
    [InlineData(1000, false, true)]
    [InlineData(20_000, false, true)]
    public async Task Hit_ThreadPoolStarved_IsAnswered(int length, bool onDisk, bool tls = false)
    {
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin { Length = length }, new ManualTimeProvider(), onDisk: onDisk, tls: tls);
        using (var http = new HttpClient()) await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        using var client = Secured.Connect(edge.Fast);
        client.ReadTimeout = 20_000;
        // The first also sees to it that the connection was taken in.
        Ask();
        // On a thread of its own, which also ends the famine: what is awaited goes on in the pool.
        await Task.Factory.StartNew(() => Starved(() => Repeat(20, Ask)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        void Ask()
        {
            client.Write("GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8);
            var buffer = new byte[64 << 10];
            var got = client.Read(buffer);
            var head = buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8) + 4;
            Assert.InRange(head, 5, got);
            for (var left = length - (got - head); left > 0; left -= got)
            {
                got = client.Read(buffer, 0, Math.Min(left, buffer.Length));
                Assert.NotEqual(0, got);
            }
        }
    }

    private static void Starved(Action act)
    {
        ThreadPool.GetMinThreads(out var least, out _);
        ThreadPool.GetMaxThreads(out var most, out var mostOfPorts);
        // Not disposed: the blocked may still be on their way out.
        var release = new ManualResetEventSlim();
        var blocked = new ManualResetEventSlim();
        var isServed = false;
        Assert.True(ThreadPool.SetMaxThreads(least, mostOfPorts));
        try
        {
            Repeat(ThreadPool.ThreadCount + least, () => ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    blocked.Set();
                    release.Wait();
                },
                null));
            // Behind those that block: it runs only once some thread is free.
            ThreadPool.UnsafeQueueUserWorkItem(_ => Volatile.Write(ref isServed, true), null);
            Assert.True(blocked.Wait(20_000));
            act();
            Assert.False(Volatile.Read(ref isServed));
        }
        finally
        {
            release.Set();
            ThreadPool.SetMaxThreads(most, mostOfPorts);
        }
    }

    private static void Repeat(int times, Action act)
    {
        for (var i = 0; i < times; i++) act();
    }
}
