using System.Text;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Transport;

/// <summary>What a hit allocates. Alone, since it is the whole process that is measured.</summary>
[Collection("alone")]
public sealed class EdgeTransportAllocationTests
{
    [Theory]
    [InlineData(1000, false)]
    [InlineData(1000, false, "?CMCD=bl%3D21300%2Cbr%3D3200%2Csid%3D%226e2fb550%22")]
    [InlineData(1_000_000, false)]
    [InlineData(1_000_000, true)]
    [InlineData(1000, false, "", true)]
    [InlineData(100_000, false, "", true)]
    public async Task Hit_OfAnySize_AllocatesLessThanAKilobyte(int length, bool onDisk, string query = "", bool tls = false)
    {
        const int hits = 300;
        await using var edge = await TwoListeners.StartAsync(new MadeOrigin { Length = length }, new ManualTimeProvider(), onDisk: onDisk, tls: tls);
        using (var http = new HttpClient()) await http.GetByteArrayAsync(new Uri(edge.Ordinary, "/a"));
        using var client = Secured.Connect(edge.Fast);
        var request = Encoding.ASCII.GetBytes($"GET /a{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        var buffer = new byte[1 << 20];
        Ask(50);
        // Of three, the least: what tests before this one left behind allocates too, for a while.
        var each = Enumerable.Range(0, 3).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Ask(hits);
            return (GC.GetTotalAllocatedBytes(precise: true) - before) / hits;
        });

        Assert.True(each < 1024, $"{each} bytes a hit");

        void Ask(int times)
        {
            for (var i = 0; i < times; i++)
            {
                client.Write(request);
                var got = client.Read(buffer);
                var head = buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8) + 4;
                Assert.InRange(head, 5, got);
                for (var left = length - (got - head); left > 0; left -= got) got = client.Read(buffer, 0, Math.Min(left, buffer.Length));
            }
        }
    }
}

/// <summary>Tests that bear no other at the same time.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
