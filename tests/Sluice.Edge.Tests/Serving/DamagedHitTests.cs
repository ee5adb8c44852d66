using System.Net;
using Sluice.Edge.Tests.Transport;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>A hit whose bytes turn out to be damaged on disk is a request like any other: for the origin, or told that there is none.</summary>
public sealed class DamagedHitTests
{
    private const int Length = (3 << 20) + 4321;
    private readonly MadeOrigin origin = new() { Length = Length };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("bytes=100-199")]
    public async Task Hit_OfDamagedBytesWhileTheOriginIsDown_SaysSo(string? range)
    {
        await using var edge = await StartAsync();
        origin.IsDown = true;

        var (status, head, body) = await GetAsync(edge.Ordinary, range);

        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains("made: down", System.Text.Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
        Assert.DoesNotContain("ETag", head, StringComparison.Ordinal);
        origin.IsDown = false;
        Assert.Equal(origin.Expected(0, Length), (await GetAsync(edge.Ordinary, null)).Body);
        Assert.Equal(origin.Expected(0, Length), (await GetAsync(edge.Fast, null)).Body);
    }

    [Fact]
    public async Task Hit_OfDamagedBytesThatTheTransportPromised_IsCutOffAndFetchedAgain()
    {
        await using var edge = await StartAsync();
        origin.IsDown = true;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(edge.Fast, null));
        origin.IsDown = false;
        Assert.Equal(origin.Expected(0, Length), (await GetAsync(edge.Fast, null)).Body);
    }

    /// <summary>An edge whose only object is nowhere but on disk, in a file that lost its bytes.</summary>
    private async Task<TwoListeners> StartAsync()
    {
        var edge = await TwoListeners.StartAsync(origin, new ManualTimeProvider(), memory: 0, onDisk: true);
        await GetAsync(edge.Ordinary, null);
        var stored = edge.Cache.Scope("made").Find("/a")!.Objects[0];
        Assert.True(await Eventually.HoldsAsync(() => stored.DiskBytes >= Length, TimeSpan.FromSeconds(60)));
        var path = Directory.EnumerateFiles(Path.Combine(edge.Folder, "objects"), "*", SearchOption.AllDirectories).Single();
        // Seen whether or not it was read, and so checked, before.
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(0);
        return edge;
    }

    private static async Task<(HttpStatusCode Status, string Head, byte[] Body)> GetAsync(Uri server, string? range)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "/a"));
        if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
        using var response = await client.SendAsync(request, Cancellation);
        return (response.StatusCode, $"{response.Headers}{response.Content.Headers}", await response.Content.ReadAsByteArrayAsync(Cancellation));
    }
}
