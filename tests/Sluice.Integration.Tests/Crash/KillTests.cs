using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Crash;

/// <summary>The figure, OPS-12: ten times kill -9 under mixed load; no wrong byte ever, no file unaccounted for a minute later.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const int Objects = 40;
    private readonly FaultyOrigin _origin = FaultyOrigin.Start();
    private readonly TemporaryFolder _cache = new();

    public ValueTask InitializeAsync()
    {
        for (var i = 0; i < Objects; i++)
            _origin.On($"/o{i}", OriginReply.Object((ulong)i, LengthOf(i)));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        _cache.Dispose();
    }

    [Fact]
    public async Task Kill_TenTimesUnderMixedLoad_ServesNoWrongByteAndLeavesNoOrphan()
    {
        // Both bounds are smaller than the objects together, so that eviction is under way when the power goes.
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = _origin.Address,
            CacheDirectory = _cache.Path,
            Arguments = ["--memory", "8MB", "--disk", "32MB"],
        });

        var answers = 0;
        for (var round = 0; round < 10; round++)
        {
            using var stop = new CancellationTokenSource();
            var load = Enumerable.Range(0, 8).Select(worker => LoadAsync(sluice, (round * 8) + worker, stop.Token)).ToArray();
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(400 + (round * 70)));
            await sluice.KillAsync();
            await stop.CancelAsync();
            answers += (await Task.WhenAll(load)).Sum();

            await sluice.StartAsync();
            for (var i = 0; i < Objects; i++)
                await CheckWholeAsync(sluice, i);
        }

        Assert.True(answers > 100, $"the load was no load: {answers} answers");
        var counted = (Files: -1, Entries: -1);
        var accounted = await Eventually.HoldsAsync(async () =>
        {
            counted = (FilesOnDisk(), await EntriesOnDiskAsync(sluice));
            return counted.Files == counted.Entries && counted.Files > 0;
        }, TimeSpan.FromSeconds(60));
        Assert.True(accounted, $"{counted.Files} files in objects/, {counted.Entries} in the index");
    }

    [Fact]
    public async Task Kill_AfterHits_KeepsMostOfWhatWasHeld()
    {
        // A crash is not a purge: what was whole on disk before it is a hit after it.
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = _origin.Address, CacheDirectory = _cache.Path });
        for (var i = 0; i < Objects; i++)
            await CheckWholeAsync(sluice, i);
        Assert.True(await Eventually.HoldsAsync(async () => await EntriesOnDiskAsync(sluice) >= Objects, TimeSpan.FromSeconds(60)), "objects never reached the disk");
        await Eventually.PassAsync(TimeSpan.FromSeconds(3));

        await sluice.KillAsync();
        await sluice.StartAsync();

        var hits = 0;
        for (var i = 0; i < Objects; i++)
            hits += await CheckWholeAsync(sluice, i) == "HIT" ? 1 : 0;
        Assert.True(hits >= Objects * 9 / 10, $"{hits} of {Objects} survived");
    }

    /// <summary>Answers how many requests were answered whole and right; a broken connection is what a crash looks like.</summary>
    private static async Task<int> LoadAsync(SluiceProcess sluice, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var answered = 0;
        while (!stop.IsCancellationRequested)
        {
            var i = random.Next(Objects);
            var length = LengthOf(i);
            var ranged = random.Next(2) == 0;
            var (from, count) = ranged ? (random.Next(length), 0) : (0, length);
            if (ranged)
                count = Math.Min(random.Next(1, 200_000), length - from);
            RawResponse answer;
            try
            {
                answer = ranged
                    ? await RawHttp.GetAsync(sluice.EdgeAddress, $"/o{i}", string.Create(CultureInfo.InvariantCulture, $"Range: bytes={from}-{from + count - 1}"))
                    : await RawHttp.GetAsync(sluice.EdgeAddress, $"/o{i}");
            }
            catch (Exception down) when (down is System.Net.Sockets.SocketException or IOException)
            {
                continue;
            }

            if (answer.Status == 0)
                continue;
            Assert.Equal(ranged ? 206 : 200, answer.Status);
            Assert.Equal(-1, new BytePattern((ulong)i).FirstDifference(from, answer.Body));
            if (!answer.Complete)
                continue;
            Assert.Equal(count, answer.Body.Length);
            answered++;
        }

        return answered;
    }

    private static async Task<string?> CheckWholeAsync(SluiceProcess sluice, int i)
    {
        var answer = await sluice.Edge.AskAsync($"/o{i}");
        Assert.Equal((200, LengthOf(i)), (answer.Status, answer.Body.Length));
        Assert.Equal(-1, new BytePattern((ulong)i).FirstDifference(0, answer.Body));
        return answer.CacheStatus;
    }

    private static int LengthOf(int i) => i % 4 == 3 ? 3_000_000 + i : 7_000 * (i + 1);

    private int FilesOnDisk() =>
        Directory.EnumerateFiles(Path.Combine(_cache.Path, "objects"), "*", SearchOption.AllDirectories).Count();

    private static async Task<int> EntriesOnDiskAsync(SluiceProcess sluice)
    {
        JsonNode stats = await sluice.ApiJsonAsync("/v1/cache/stats");
        return stats["disk"]!["objects"]!.GetValue<int>();
    }
}
