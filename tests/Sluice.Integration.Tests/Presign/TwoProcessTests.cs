using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.S3;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>Several processes on one SQLite file: nothing lost, nothing torn, no error. The children are this very test, started again with a variable that says what to do.</summary>
public sealed class TwoProcessTests
{
    private const string Order = "SLUICE_TEST_CHILD";
    private const int Paths = 600;
    private static readonly S3OriginOptions Bucket = new() { Bucket = "media", Endpoint = new Uri("http://127.0.0.1:9"), Region = "eu-central-1", AccessKeyVariable = "SLUICE_TEST_KEY", SecretKeyVariable = "SLUICE_TEST_SECRET" };

    // Signed for the moment asked: only the file can make two processes agree.
    private static readonly PresignedUrlsOptions Fresh = new() { Stable = false };

    [Fact]
    public async Task Store_TwoProcessesAndOneKilled_LosesNothingAndTearsNothing()
    {
        if (Environment.GetEnvironmentVariable(Order) is { Length: > 0 } order)
        {
            await ChildAsync(JsonNode.Parse(order)!);
            return;
        }
        using var folder = new TemporaryFolder();
        using var one = Child(folder, "one", forward: true);
        using var two = Child(folder, "two", forward: false);
        using var killed = Child(folder, "killed", forward: true);
        Assert.True(await Eventually.HoldsAsync(() => Task.FromResult(File.Exists(folder.FileOf("killed.begun"))), TimeSpan.FromSeconds(60)), "the third child does not begin");
        killed.Kill();
        var results = new Dictionary<string, JsonNode>();
        foreach (var (name, child) in new[] { ("one", one), ("two", two) })
        {
            var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(child.ExitCode == 0, output);
            results[name] = JsonNode.Parse(await File.ReadAllTextAsync(folder.FileOf($"{name}.json"), TestContext.Current.CancellationToken))!;
            Assert.Equal((0, 0), ((long)results[name]["storeErrors"]!, (long)results[name]["fallbacks"]!));
        }
        Assert.Empty(Directory.GetFiles(folder.Path, "*damaged*"));
        await CheckAsync(folder.FileOf("kv.db"), results);
    }

    private static async Task CheckAsync(string file, Dictionary<string, JsonNode> results)
    {
        await using var stores = new SqliteKeyValueStores(file, TimeProvider.System, NullLogger.Instance);
        var store = stores.Open("presigned");
        Environment.SetEnvironmentVariable("SLUICE_TEST_KEY", "AKIAIOSFODNN7EXAMPLE");
        Environment.SetEnvironmentVariable("SLUICE_TEST_SECRET", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        Assert.Equal(Paths, (await store.GetUsageAsync(TestContext.Current.CancellationToken)).Entries);
        var urls = SluiceS3Services.CreatePresignedUrls(Bucket, Fresh, store, TimeProvider.System, NullLoggerFactory.Instance);
        await using var disposed = (IAsyncDisposable)urls;
        for (var i = 0; i < Paths; i++)
        {
            var stored = (await store.GetAsync($"presigned:remote:videos/{i}.mp4:aws-s3-presigned-url:eu-central-1:s3", TestContext.Current.CancellationToken))!;
            Assert.Equal(["credential:", "path:", "presigned"], stored.Tags.Select(tag => tag.Split(':') is [var name, _] ? name + ":" : tag).Order());
            var url = (string)JsonNode.Parse(stored.Value.Span)!["url"]!;
            // A process of its own takes it as it stands: whole, and signed by this key.
            Assert.Equal(url, (await urls.GetAsync($"videos/{i}.mp4", null, TestContext.Current.CancellationToken)).Url);
            // The last who wrote counts; it is one that a child handed out, or the killed one's.
            Assert.StartsWith($"http://127.0.0.1:9/media/videos/{i}.mp4?", url, StringComparison.Ordinal);
        }
        Assert.Equal(0, urls.GetStatistics().Signatures);
        // They come from both ends and meet in the middle: what one has signed and stored the other finds.
        var signatures = (long)results["one"]["signatures"]! + (long)results["two"]["signatures"]!;
        Assert.True(signatures <= Paths * 1.25, $"{signatures} signatures for {Paths} paths");
    }

    private static async Task ChildAsync(JsonNode order)
    {
        var (folder, name, forward) = ((string)order["folder"]!, (string)order["name"]!, (bool)order["forward"]!);
        var counts = new List<PresignStatistics>();
        await using (var stores = new SqliteKeyValueStores(Path.Combine(folder, "kv.db"), TimeProvider.System, NullLogger.Instance))
        {
            foreach (var batch in (forward ? Enumerable.Range(0, Paths) : Enumerable.Range(0, Paths).Reverse()).Chunk(20))
            {
                var urls = SluiceS3Services.CreatePresignedUrls(Bucket, Fresh, stores.Open("presigned"), TimeProvider.System, NullLoggerFactory.Instance);
                await Task.WhenAll(batch.Select(i => urls.GetAsync($"videos/{i}.mp4").AsTask()));
                // Writes what is not stored yet, so that the other one can find it.
                await ((IAsyncDisposable)urls).DisposeAsync();
                counts.Add(urls.GetStatistics());
                await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.begun"), "");
            }
        }
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.json"),
            JsonSerializer.Serialize(new { signatures = counts.Sum(c => c.Signatures), storeErrors = counts.Sum(c => c.StoreErrors), fallbacks = counts.Sum(c => c.Fallbacks) }));
    }

    private static Process Child(TemporaryFolder folder, string name, bool forward)
    {
        string[] run = ["-method", $"{typeof(TwoProcessTests).FullName}.{nameof(Store_TwoProcessesAndOneKilled_LosesNothingAndTearsNothing)}"];
        var start = new ProcessStartInfo(Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Assembly.GetExecutingAssembly().Location, .. run] : run) { RedirectStandardOutput = true };
        start.Environment[Order] = new JsonObject { ["folder"] = folder.Path, ["name"] = name, ["forward"] = forward }.ToJsonString();
        (start.Environment["SLUICE_TEST_KEY"], start.Environment["SLUICE_TEST_SECRET"]) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        return Process.Start(start)!;
    }
}
