using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sluice.Core.Objects;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Transport;

/// <summary>Hits of files that the page cache has lost, or never had.</summary>
public sealed class ColdDiskTests
{
    private const int Length = (6 << 20) + 4321;
    private readonly MadeOrigin origin = new() { Length = Length };

    [Fact]
    public async Task Hits_OfAFileThatThePageCacheLost_AreItsBytesAndNobodyElses()
    {
        var expected = origin.Expected(0, Length);
        await using var edge = await TwoListeners.StartAsync(origin, new ManualTimeProvider(), memory: 0, onDisk: true);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 100 }) { BaseAddress = edge.Fast };
        await client.GetByteArrayAsync(new Uri("/a", UriKind.Relative), TestContext.Current.CancellationToken);
        var stored = edge.Cache.Scope("made").Find("/a")!.Objects[0];
        Assert.True(await Eventually.HoldsAsync(() => stored.DiskBytes >= Length, TimeSpan.FromSeconds(60)));
        // The first who reads it from there opens the file and checks it.
        await GetAsync(0);
        Assert.True(IsReady(stored));
        for (var round = 0; round < 3; round++)
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(edge.Folder, "objects"), "*", SearchOption.AllDirectories)) Forget(path);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => GetAsync(number * 700_001)));
        }

        Assert.Single(origin.Requests);

        async Task GetAsync(int start)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { Range = new RangeHeaderValue(start, null) } };
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal("HIT", response.Headers.GetValues("X-Cache-Status").Single());
            var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.True(expected.AsSpan(start).SequenceEqual(body));
        }
    }

    /// <summary>Open, and all of it checked: it goes to the socket as a file.</summary>
    private static bool IsReady(CachedObject stored)
    {
        if (!stored.TryLease(0, Length, out var lease, out var length)) return false;
        lease.Dispose();
        return length == Length;
    }

    private static void Forget(string path)
    {
        const int NotNeeded = 4;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
        Assert.Equal(0, Advise(file, 0, 0, NotNeeded));
    }

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(SafeFileHandle file, long start, long length, int advice);
}
