namespace Sluice.Integration.Tests.Downloads;

/// <summary>Trouble with the cache never breaks a download: the file arrives, with one warning (rows S3D-17, S3D-28).</summary>
public class DownloadTroubleTests
{
    [Fact]
    public async Task Get_DirectoryUnwritable_ArrivesElsewhere()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 100_000);
        using var readOnly = Require.Tmpfs("size=1m,ro");
        bed.Environment["CACHE_DIR"] = Path.Combine(readOnly.Path, "cache");
        await AssertArrivesAsync(bed, bytes, "cannot be used");
    }

    [Fact]
    public async Task Get_DirectoryIsAFile_ArrivesElsewhere()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 100_000);
        await File.WriteAllTextAsync(bed.Cache, "a file", DownloadBed.Stop);
        await AssertArrivesAsync(bed, bytes, "cannot be used");
    }

    [Fact]
    public async Task Get_DiskFull_EvictsAndWhatDoesNotFitArrivesElsewhere()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 6_000_000);
        await bed.PutAsync("small", 2, 1_500_000);
        using var small = Require.Tmpfs("size=4m");
        bed.Environment["CACHE_DIR"] = bed.Cache = Path.Combine(small.Path, "cache");
        bed.Environment["CACHE_LEASE_MINUTES"] = "0";
        Assert.StartsWith(bed.Cache, (string)(await bed.GetAsync(bed.Url("small")))["path"]!, StringComparison.Ordinal);
        await AssertArrivesAsync(bed, bytes, "finds no room");
        Assert.Equal("hit", (string?)(await bed.GetAsync(bed.Url("small"), "--no-validate"))["outcome"]);
        // Two fit, a third one takes the place of the first.
        foreach (var key in (string[])["b", "c"])
        {
            await bed.PutAsync(key, 3, 1_400_000);
            Assert.Equal("miss", (string?)(await bed.GetAsync(bed.Url(key)))["outcome"]);
        }
        Assert.Equal(2, bed.Files().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_NoRoomForTemporaryFilesEither_ArrivesWhereItIsWanted(bool folder)
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 6_000_000);
        using var small = Require.Tmpfs("size=4m");
        var target = bed.FileOf("wanted/a");
        bed.Environment["CACHE_DIR"] = Path.Combine(small.Path, "cache");
        bed.Environment["TMPDIR"] = folder ? small.Path : "/proc/none";
        var result = await bed.RunAsync("get", bed.Url("a"), "-o", target);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(target, DownloadBed.Stop));
        Assert.Equal([target], Directory.GetFileSystemEntries(Path.GetDirectoryName(target)!));
        var nowhere = await bed.RunAsync("get", bed.Url("a"), "-o", Path.Combine(small.Path, "a"));
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Contains("free disk space", nowhere.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(small.Path));
    }

    [Fact]
    public async Task Get_NoSpaceLeftForTheIndex_ArrivesElsewhere()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 100_000);
        using var full = Require.Tmpfs("size=64k");
        await File.WriteAllBytesAsync(Path.Combine(full.Path, "ballast"), new byte[60 << 10], DownloadBed.Stop);
        bed.Environment["CACHE_DIR"] = Path.Combine(full.Path, "cache");
        await AssertArrivesAsync(bed, bytes, "cannot be used");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(12288)]
    public async Task Get_DamagedIndex_ArrivesAndTheIndexIsMadeAnew(int from)
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 100_000);
        await bed.GetAsync(bed.Url("a"));
        var index = Path.Combine(bed.Cache, "index.db");
        using (var file = File.OpenWrite(index))
        {
            file.Position = from;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)file.Length - from).ToArray());
        }
        foreach (var log in (string[])["-wal", "-shm"]) File.Delete(index + log);
        var result = await bed.RunAsync("get", bed.Url("a"));
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Output.TrimEnd('\n'), DownloadBed.Stop));
        Assert.InRange(result.Errors.Split('\n').Count(line => line.StartsWith("sluice: warning: ", StringComparison.Ordinal)), 1, 2);
        // And it works again.
        var again = await bed.RunAsync("get", bed.Url("a"));
        Assert.StartsWith(bed.Cache, again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", again.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other bytes of the same length", true)]
    [InlineData("shorter", false)]
    [InlineData("", false)]
    public async Task Get_DamagedFile_IsFetchedAnew(string content, bool pad)
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 1000);
        var path = (string)(await bed.GetAsync(bed.Url("a")))["path"]!;
        await File.WriteAllTextAsync(path, pad ? content.PadRight(1000) : content, DownloadBed.Stop);
        var result = await bed.RunAsync("get", bed.Url("a"), "--no-validate");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Output.TrimEnd('\n'), DownloadBed.Stop));
        Assert.Single(result.Errors.Split('\n'), line => line.StartsWith("sluice: warning: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_FileDeletedByHand_IsFetchedAnew()
    {
        using var bed = await DownloadBed.MakeAsync();
        await bed.PutAsync("a", 1, 1000);
        Directory.Delete(Path.GetDirectoryName((string)(await bed.GetAsync(bed.Url("a")))["path"]!)!, recursive: true);
        Assert.Equal("miss", (string?)(await bed.GetAsync(bed.Url("a"), "--no-validate"))["outcome"]);
    }

    [Fact]
    public async Task Get_CacheOff_FetchesEachTime()
    {
        using var bed = await DownloadBed.MakeAsync();
        var bytes = await bed.PutAsync("a", 1, 1000);
        bed.Environment["CACHE_ENABLED"] = "false";
        for (var i = 0; i < 2; i++)
        {
            var answer = await bed.GetAsync(bed.Url("a"));
            Assert.Equal("bypass", (string?)answer["outcome"]);
            Assert.Equal(bytes, await File.ReadAllBytesAsync((string)answer["path"]!, DownloadBed.Stop));
        }
        Assert.False(Directory.Exists(bed.Cache));
    }

    private static async Task AssertArrivesAsync(DownloadBed bed, byte[] bytes, string warning)
    {
        var result = await bed.RunAsync("get", bed.Url("a"));
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.StartsWith(bed.Temporary, result.Output, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Output.TrimEnd('\n'), DownloadBed.Stop));
        Assert.Contains(warning, Assert.Single(result.Errors.Split('\n'), line => line.StartsWith("sluice: warning: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
