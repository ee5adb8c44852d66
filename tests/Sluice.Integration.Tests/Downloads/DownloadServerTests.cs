using Sluice.S3.Downloads;

namespace Sluice.Integration.Tests.Downloads;

/// <summary>The library against the real server.</summary>
public class DownloadServerTests
{
    [Fact]
    public async Task Get_Held_CostsOneRequestWithoutABodyAndWithoutValidationNone()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 100_000);
        await using var cache = bed.Open();
        using var requests = bed.CountRequests();
        var path = await cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, DownloadBed.Stop));
        Assert.Equal([206], requests.Statuses);
        Assert.Equal(path, await cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop));
        Assert.Equal([206, 304], requests.Statuses);
        for (var i = 0; i < 5; i++) Assert.Equal(path, await cache.GetAsync(bed.Url("a"), DownloadBed.As("owner") with { ValidateETag = false }, DownloadBed.Stop));
        Assert.Equal([206, 304], requests.Statuses);
        await cache.GetAsync(bed.Url("a"), DownloadBed.As("owner") with { SkipCache = true }, DownloadBed.Stop);
        Assert.Equal([206, 304, 206], requests.Statuses);
    }

    [Fact]
    public async Task Get_ObjectReplaced_BringsTheNewOneAndTrustingGivesTheOld()
    {
        using var bed = await DownloadBed.MakeAsync();
        var old = await bed.PutAsync("a", 1, 1000);
        await using var cache = bed.Open();
        await cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop);
        var fresh = await bed.PutAsync("a", 2, 1000);
        Assert.Equal(old, await File.ReadAllBytesAsync(await cache.GetAsync(bed.Url("a"), DownloadBed.As("owner") with { ValidateETag = false }, DownloadBed.Stop), DownloadBed.Stop));
        Assert.Equal(fresh, await File.ReadAllBytesAsync(await cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop), DownloadBed.Stop));
        Assert.Single(cache.Entries());
    }

    [Fact]
    public async Task Get_ObjectDeleted_IsNotFoundAndNoLongerHeld()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 1000);
        await using var cache = bed.Open();
        await cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop);
        await bed.DeleteAsync("a");
        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop));
        Assert.Equal((S3DownloadFailure.NotFound, 0), (failure.Failure, cache.Entries().Count));
    }

    [Fact]
    public async Task Get_LargeMultipartObject_ComesInRangesOfOneVersion()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutInPartsAsync("large", 3, 23_000_000);
        await using var cache = bed.Open(o => o with { PartBytes = 1 << 20 });
        using var requests = bed.CountRequests();
        var seen = new List<S3DownloadProgress>();
        var result = await cache.FetchAsync(bed.Url("large"), DownloadBed.As("owner") with { Progress = new Told(seen) }, DownloadBed.Stop);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, DownloadBed.Stop));
        Assert.EndsWith("-5\"", result.ETag, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Repeat(206, 22), requests.Statuses);
        Assert.Equal(new(bytes.Length, bytes.Length), seen[^1]);
        Assert.Equal(S3DownloadOutcome.Revalidated, (await cache.FetchAsync(bed.Url("large"), "owner", DownloadBed.Stop)).Outcome);
        // Too large to be hashed while others wait; whoever reads it all does.
        Assert.Null(Assert.Single(cache.Entries()).Sha256);
        Assert.Empty(await cache.VerifyAsync(DownloadBed.Stop));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), Assert.Single(cache.Entries()).Sha256);
    }

    [Fact]
    public async Task Get_EmptyObject_IsAnEmptyFile()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("empty", 1, 0);
        await using var cache = bed.Open();
        for (var i = 0; i < 2; i++) Assert.Equal(0, new FileInfo(await cache.GetAsync(bed.Url("empty"), "owner", DownloadBed.Stop)).Length);
    }

    [Fact]
    public async Task Get_TwoProfiles_StayApart()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 1000);
        await using var cache = bed.Open();
        await cache.GetAsync(bed.Url("a"), "owner", DownloadBed.Stop);
        // What the owner may read a stranger may not, held or not, validated or not.
        foreach (var validate in (bool[])[true, false])
        {
            var failure = await Assert.ThrowsAsync<S3DownloadException>(() => cache.GetAsync(bed.Url("a"), DownloadBed.As("stranger") with { ValidateETag = validate }, DownloadBed.Stop));
            Assert.Equal(S3DownloadFailure.Denied, failure.Failure);
        }
        await Assert.ThrowsAsync<ArgumentException>(() => cache.GetAsync(bed.Url("a"), "nobody", DownloadBed.Stop));
    }

    [Fact]
    public async Task OpenRead_FileEvictedMeanwhile_StaysReadable()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 700_000);
        await bed.PutAsync("b", 2, 700_000);
        await using var cache = bed.Open(o => o with { MaximumBytes = 1_000_000 });
        await using var stream = await cache.OpenReadAsync(bed.Url("a"), "owner", DownloadBed.Stop);
        Assert.Equal(S3DownloadOutcome.Miss, (await cache.FetchAsync(bed.Url("b"), "owner", DownloadBed.Stop)).Outcome);
        Assert.Equal(bed.Url("b"), Assert.Single(cache.Entries()).S3Url);
        var read = new byte[bytes.Length];
        await stream.ReadExactlyAsync(read, DownloadBed.Stop);
        Assert.Equal(bytes, read);
    }

    [Fact]
    public async Task Get_DirectoryOfAnotherProgram_IsAdoptedWithoutFetching()
    {
        using var bed = await DownloadBed.MakeAsync();
        var good = await bed.PutAsync("good", 1, 50_000);
        var stale = await bed.PutAsync("stale", 2, 50_000);
        foreach (var (key, content) in new[] { ("good", good), ("stale", [.. stale.Reverse()]) })
        {
            var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{bed.Url(key)}|owner")));
            Directory.CreateDirectory(Path.Combine(bed.Cache, name[..2]));
            await File.WriteAllBytesAsync(Path.Combine(bed.Cache, name[..2], name), content, DownloadBed.Stop);
        }
        await using var cache = bed.Open();
        // Not trusted before it was compared, whatever the call says.
        var adopted = await cache.FetchAsync(bed.Url("good"), DownloadBed.As("owner") with { ValidateETag = false }, DownloadBed.Stop);
        Assert.Equal((S3DownloadOutcome.Revalidated, 0), (adopted.Outcome, adopted.FetchedBytes));
        Assert.Equal(good, await File.ReadAllBytesAsync(adopted.Path, DownloadBed.Stop));
        var fetched = await cache.FetchAsync(bed.Url("stale"), "owner", DownloadBed.Stop);
        Assert.Equal(S3DownloadOutcome.Miss, fetched.Outcome);
        Assert.Equal(stale, await File.ReadAllBytesAsync(fetched.Path, DownloadBed.Stop));
    }

    private sealed class Told(List<S3DownloadProgress> seen) : IProgress<S3DownloadProgress>
    {
        public void Report(S3DownloadProgress value)
        {
            lock (seen) seen.Add(value);
        }
    }
}
