using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Downloads;

/// <summary>Row S3D-34: machines that share their downloads through a Redis. A cache directory of its own makes a machine.</summary>
public class DownloadSharingTests
{
    [Fact]
    public async Task Get_FetchedOnAnotherMachine_ComesFromRedis()
    {
        using var bed = await DownloadBed.MakeAsync();
        await using var redis = await RedisServer.StartAsync();
        var bytes = await bed.PutAsync("a", 1, 5_000_000);
        (bed.Environment["CACHE_SHARE"], bed.Environment["REDIS_HOST"]) = ("true", redis.Address);
        Assert.Equal("miss", (string?)(await OnMachineAsync("first"))["outcome"]);
        var second = await OnMachineAsync("second");
        // A Redis that does not answer within a second is passed by, which on a busy machine happens; whoever fetches shares anew.
        for (var i = 0; i < 20 && (string?)second["outcome"] == "miss"; i++) second = await OnMachineAsync($"second{i}");
        Assert.Equal(("shared", 0), ((string?)second["outcome"], (int)second["fetchedBytes"]!));
        Assert.Equal(bytes, await File.ReadAllBytesAsync((string)second["path"]!, DownloadBed.Stop));
        // Another object under the same address is another version.
        var fresh = await bed.PutAsync("a", 2, 5_000_000);
        var third = await OnMachineAsync("third");
        Assert.Equal("miss", (string?)third["outcome"]);
        Assert.Equal(fresh, await File.ReadAllBytesAsync((string)third["path"]!, DownloadBed.Stop));
        // A Redis that is gone costs one line.
        await redis.KillAsync();
        bed.Environment["CACHE_DIR"] = bed.FileOf("fourth");
        var alone = await bed.RunAsync("get", bed.Url("a"));
        Assert.True(alone.ExitCode == 0, alone.ToString());
        Assert.Equal(fresh, await File.ReadAllBytesAsync(alone.Output.TrimEnd('\n'), DownloadBed.Stop));
        Assert.Contains("cannot be shared", Assert.Single(alone.Errors.Split('\n'), line => line.StartsWith("sluice: ", StringComparison.Ordinal)), StringComparison.Ordinal);

        async Task<System.Text.Json.Nodes.JsonNode> OnMachineAsync(string name)
        {
            bed.Environment["CACHE_DIR"] = bed.FileOf(name);
            return await bed.GetAsync(bed.Url("a"));
        }
    }

    [Fact]
    public async Task Get_SharingWithoutARedis_SaysWhatToSet()
    {
        using var bed = await DownloadBed.MakeAsync();
        bed.Environment["CACHE_SHARE"] = "true";
        var result = await bed.RunAsync("get", bed.Url("a"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("REDIS_HOST", result.Errors, StringComparison.Ordinal);
    }
}
