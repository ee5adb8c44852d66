using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>BEYOND 8 and 9: a damaged or full cache costs a miss, never a wrong byte and never the server.</summary>
public sealed class DiskFaultTests : IAsyncLifetime
{
    private readonly FaultyOrigin _origin = FaultyOrigin.Start();
    private readonly TemporaryFolder _cache = new();

    public ValueTask InitializeAsync()
    {
        for (var i = 0; i < 12; i++)
            _origin.On($"/o{i}", OriginReply.Object((ulong)i, 900_000 + i));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        _cache.Dispose();
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("zero")]
    [InlineData("truncate")]
    [InlineData("grow")]
    [InlineData("delete")]
    [InlineData("unreadable")]
    public async Task Body_DamagedWhileStopped_IsFetchedAgainNeverServedWrong(string damage)
    {
        await using var sluice = await ServeAsync();
        await FillAsync(sluice);
        await sluice.StopAsync();
        var bodies = BodyFiles();
        Assert.True(bodies.Count >= 12, $"only {bodies.Count} files in objects/");
        foreach (var file in bodies)
            Damage(file, damage);

        await sluice.StartAsync();

        await CheckAllAsync(sluice);
        await CheckAllAsync(sluice); // what was fetched again is right as well
        if (damage is "flip" or "zero")
            Assert.InRange((await sluice.ApiJsonAsync("/v1/cache/stats"))["disk"]!["damagedChunks"]!.GetValue<long>(), 12, 48);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("half")]
    [InlineData("delete")]
    public async Task Index_Damaged_StartsAndServesRightBytes(string damage)
    {
        await using var sluice = await ServeAsync();
        await FillAsync(sluice);
        await sluice.StopAsync();
        foreach (var file in Directory.GetFiles(_cache.Path, "index.db*"))
        {
            switch (damage)
            {
                case "garbage":
                    File.WriteAllBytes(file, new BytePattern(5).Bytes(0, 20_000));
                    break;
                case "empty":
                    File.WriteAllBytes(file, []);
                    break;
                case "half":
                    File.WriteAllBytes(file, File.ReadAllBytes(file)[..(int)(new FileInfo(file).Length / 2)]);
                    break;
                default:
                    File.Delete(file);
                    break;
            }
        }

        await sluice.StartAsync();

        await CheckAllAsync(sluice);
        Assert.Equal("HIT", (await sluice.Edge.AskAsync("/o1")).CacheStatus);
    }

    [Fact]
    public async Task Index_OfANewerVersion_IsLeftAloneAndTheProgramSaysSo()
    {
        await using var sluice = await ServeAsync();
        await FillAsync(sluice);
        await sluice.StopAsync();
        var index = Path.Combine(_cache.Path, "index.db");
        SetUserVersion(index, 0x7FFFFFF0);
        var before = File.ReadAllBytes(index);

        var result = await SluiceProgram.RunAsync(
            "serve", _origin.Address, "--cache-dir", _cache.Path,
            "--edge", $"127.0.0.1:{FreePorts.Next()}", "--api", $"127.0.0.1:{FreePorts.Next()}");

        // A cache that a newer release wrote is somebody's downgrade: refuse, name the folder, delete nothing.
        Assert.True(result.ExitCode is > 0 and < 128, result.ToString());
        Assert.Contains(_cache.Path, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.All, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(index));
        Assert.True(BodyFiles().Count >= 12);
    }

    [Fact]
    public async Task Disk_Full_StillServesEveryByte()
    {
        using var mount = Require.Tmpfs("size=8m");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = _origin.Address,
            CacheDirectory = mount.Path,
            Arguments = ["--memory", "2MB", "--disk", "1GB"],
            Environment = new Dictionary<string, string> { ["SLUICE__Cache__MinimumFree"] = "0" },
        });
        _origin.On("/large", OriginReply.Object(50, 20 << 20));

        await CheckAllAsync(sluice);
        var large = await sluice.Edge.AskAsync("/large");
        await CheckAllAsync(sluice);

        Assert.Equal((200, 20 << 20), (large.Status, large.Body.Length));
        Assert.Equal(-1, new BytePattern(50).FirstDifference(0, large.Body));
        Assert.False(sluice.HasExited);
    }

    [Theory]
    [InlineData("full")]
    [InlineData("read-only")]
    public async Task Disk_FullOrReadOnlyAtStart_ServesWithoutItAndSaysSo(string how)
    {
        using var mount = Require.Tmpfs("size=24m");
        var cache = Path.Combine(mount.Path, "cache");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = _origin.Address, CacheDirectory = cache, Environment = new Dictionary<string, string> { ["SLUICE__Cache__MinimumFree"] = "0" } });
        await FillAsync(sluice);
        await sluice.StopAsync();
        var junk = Path.Combine(mount.Path, "junk");
        if (how == "full")
            FillUp(junk);
        else
            Assert.True(mount.Remount("ro"));

        await sluice.StartAsync();

        await CheckAllAsync(sluice);
        Assert.Equal("HIT", (await sluice.Edge.AskAsync("/o1")).CacheStatus);
        Assert.Equal("away", (await sluice.ApiJsonAsync("/health/ready"))["disk"]?.GetValue<string>());
        Assert.True(await sluice.SaysAsync("make room, and restart the server"), sluice.Log);
        Assert.DoesNotContain("   at ", sluice.Log, StringComparison.Ordinal);
        // It would be back after a restart.
        Assert.NotEqual(0, (await sluice.RunAsync("purge", "--url", "/o1")).ExitCode);
        await sluice.StopAsync();

        if (how == "full")
            File.Delete(junk);
        else
            Assert.True(mount.Remount("rw"));
        await sluice.StartAsync();
        var asked = _origin.Calls.Count;
        await CheckAllAsync(sluice);
        Assert.Equal(asked, _origin.Calls.Count);
        Assert.Null((await sluice.ApiJsonAsync("/health/ready"))["disk"]);
    }

    [Fact]
    public async Task Disk_Bound_IsNeverExceeded()
    {
        // KV-07, BEYOND 9: reserved before writing, so no moment of overshoot either.
        await using var sluice = await ServeAsync("--memory", "2MB", "--disk", "4MB");
        var most = 0L;
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 12; i++)
            {
                await CheckAsync(sluice, i);
                most = Math.Max(most, BodyFiles().Sum(file => new FileInfo(file) is { Exists: true } info ? info.Length : 0));
            }
        }

        Assert.InRange(most, 1, 4 << 20);
    }

    [Fact]
    public async Task CacheDirectory_VanishesWhileServing_CostsMissesOnly()
    {
        await using var sluice = await ServeAsync("--memory", "2MB");
        await FillAsync(sluice);
        foreach (var file in BodyFiles())
            File.Delete(file);

        await CheckAllAsync(sluice);

        Assert.False(sluice.HasExited);
    }

    [Fact]
    public async Task CacheDirectory_DeletedWhileServing_IsToldAndAnotherServerMayHaveIt()
    {
        await using var sluice = await ServeAsync("--memory", "2MB");
        await FillAsync(sluice);
        Directory.Delete(_cache.Path, recursive: true);
        await using var second = await ServeAsync();

        Assert.True(await Eventually.HoldsAsync(async () => (await sluice.ApiJsonAsync("/health/ready"))["disk"]?.GetValue<string>() == "away", TimeSpan.FromSeconds(20)), sluice.Log);
        Assert.True(await sluice.SaysAsync("restart the server"), sluice.Log);
        var before = BodyFiles().Count;
        await CheckAllAsync(sluice);
        await CheckAllAsync(sluice);
        Assert.Equal(before, BodyFiles().Count);
        Assert.Equal(0, (await sluice.RunAsync("purge", "--prefix", "/")).ExitCode);
        Assert.Contains("not used", (await sluice.RunAsync("stats")).Output, StringComparison.Ordinal);
        await CheckAllAsync(second);
        Assert.True(BodyFiles().Count >= 12);
        Assert.Null((await second.ApiJsonAsync("/health/ready"))["disk"]);
    }

    private Task<SluiceProcess> ServeAsync(params string[] flags) => SluiceProcess.StartAsync(new SluiceProcessOptions
    {
        Origin = _origin.Address,
        CacheDirectory = _cache.Path,
        Arguments = flags,
    });

    private static async Task FillAsync(SluiceProcess sluice)
    {
        for (var i = 0; i < 12; i++)
            await CheckAsync(sluice, i);
    }

    private static Task CheckAllAsync(SluiceProcess sluice) => FillAsync(sluice);

    private static async Task CheckAsync(SluiceProcess sluice, int i)
    {
        var answer = await sluice.Edge.AskAsync($"/o{i}");
        Assert.Equal((200, 900_000 + i), (answer.Status, answer.Body.Length));
        Assert.Equal(-1, new BytePattern((ulong)i).FirstDifference(0, answer.Body));
    }

    private List<string> BodyFiles()
    {
        var objects = Path.Combine(_cache.Path, "objects");
        return Directory.Exists(objects) ? [.. Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories)] : [];
    }

    private static void FillUp(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true)
                file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    private static void Damage(string file, string how)
    {
        if (how is "delete" or "unreadable")
        {
            File.Delete(file);
            // A folder in its place cannot be opened, as little as a file on a bad sector can be read.
            if (how == "unreadable")
                Directory.CreateDirectory(file);
            return;
        }

        using var stream = new FileStream(file, FileMode.Open);
        switch (how)
        {
            case "flip":
                foreach (var at in (long[])[0, stream.Length / 2, stream.Length - 1])
                {
                    stream.Position = at;
                    var value = stream.ReadByte();
                    stream.Position = at;
                    stream.WriteByte((byte)(value ^ 0x40));
                }

                break;
            case "zero":
                stream.Position = 4096;
                stream.Write(new byte[4096]);
                break;
            case "truncate":
                stream.SetLength(stream.Length / 2);
                break;
            default:
                stream.SetLength(stream.Length + 5000);
                break;
        }
    }

    /// <summary>SQLite file format section 1.3: the user version is the big-endian number at byte 60.</summary>
    private static void SetUserVersion(string file, int version)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.Position = 60;
        stream.Write([(byte)(version >> 24), (byte)(version >> 16), (byte)(version >> 8), (byte)version]);
    }
}
