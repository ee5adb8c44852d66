using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Attacks;

/// <summary>Many ranges that overlap: a small request for many times the file.</summary>
[Collection("attacks")]
public sealed class RangeAmplificationTests(AttackBed bed)
{
    [Theory]
    [InlineData(17)]
    [InlineData(1000)]
    public async Task Get_ManyOverlappingRanges_SendsTheBodyOnceAtMost(int count)
    {
        using var folder = new TemporaryFolder();
        folder.WritePattern("file.bin", 5, 1 << 20);
        await using var origin = await Nginx.StartAsync($"root {folder.Path}; add_header Cache-Control max-age=60;");
        await using var sluice = await SluiceProcess.StartAsync($"http://127.0.0.1:{origin.Port}");
        var range = "Range: bytes=" + string.Join(',', Enumerable.Range(0, count).Select(i => $"{i}-"));
        for (var i = 0; i < 2; i++)
        {
            var answer = await RawHttp.GetAsync(sluice.EdgeAddress, "/file.bin", range);
            Assert.InRange(answer.Body.Length, 0, (1 << 20) + 10_000);
            await RawHttp.GetAsync(sluice.EdgeAddress, "/file.bin");
        }

        await bed.AssertUnharmedAsync();
    }
}

/// <summary>Another variant with each request, until nothing else has room.</summary>
[Collection("attacks")]
public sealed class VaryAmplificationTests(AttackBed bed)
{
    [Fact]
    public async Task Get_ManyVariantsOfOneUrl_KeepsAFewOfThem()
    {
        var path = $"/vary/{Guid.NewGuid():N}";
        using var client = await RawHttp.ConnectAsync(bed.Sluice.EdgeAddress);
        for (var i = 0; i < 1000; i++)
        {
            await client.SendAsync(RawHttp.Request("GET", path, bed.Sluice.EdgeAddress, $"X-Variant: {i}"));
            Assert.Equal($"{i}\n", (await client.ReadResponseAsync()).Text);
        }

        var stored = (await bed.Sluice.ApiJsonAsync($"/v1/cache/explain?url={path}"))["stored"]!.AsArray();
        Assert.InRange(stored.Count, 1, 64);
        await bed.AssertUnharmedAsync();
    }
}

/// <summary>One byte of many URLs that differ in what the origin does not look at.</summary>
[Collection("attacks")]
public sealed class QueryAmplificationTests
{
    [Fact]
    public async Task Get_AByteOfALargeObjectAgainAndAgain_FetchesChunksNotObjects()
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/large", OriginReply.Object(9, 64 << 20));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        for (var i = 0; i < 20; i++) Assert.Equal(206, (await sluice.Edge.AskAsync($"/large?{i}", "Range: bytes=5-5")).Status);
        Assert.InRange(origin.BytesOf("/large"), 20, 20 * (256 << 10));
    }
}
