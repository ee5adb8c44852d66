using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Presigned URLs through Redis. They are not stable here, so that two nodes would sign two.</summary>
public sealed class SharedUrlTests
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE",
        ["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ["AWS_REGION"] = "us-east-1",
        ["SLUICE__Presign__Stable"] = "false",
        ["SLUICE__Presign__Regions__0__Region"] = "eu-central-1",
        ["SLUICE__Presign__Regions__0__Bucket"] = "media-eu",
    };

    // Row PRE-17: each region's URL is an entry of its own, and all nodes have it.
    [Fact]
    public async Task Url_SignedOnOneNode_IsThatOfTheOther_ByRegion()
    {
        await using var set = await NodeSet.StartAsync(2, await RedisServer.StartAsync(), "s3://media", Settings);
        foreach (var query in (string[])["", "?region=eu-central-1"])
        {
            // A store that does not answer within 50 ms is passed by, which on a busy machine happens: one path in ten is enough to show that it is read at all.
            var isShared = false;
            for (var i = 0; i < 10 && !isShared; i++)
            {
                var url = (string)(await set.Nodes[0].ApiJsonAsync($"/v1/presign/a{i}.mp4{query}"))["url"]!;
                var region = query.Length > 0 ? "eu-central-1" : "us-east-1";
                Assert.True(await Eventually.HoldsAsync(async () => (await set.Redis.CliAsync("--raw", "keys", $"presigned:remote:*a{i}.mp4:*:{region}:*")).Length > 0, NodeSet.Soon));
                // Signed anew it would be for another second.
                await Eventually.PassAsync(TimeSpan.FromMilliseconds(1100));
                isShared = url == (string)(await set.Nodes[1].ApiJsonAsync($"/v1/presign/a{i}.mp4{query}"))["url"]!;
                Assert.Contains(query.Length > 0 ? "media-eu" : "media", url, StringComparison.Ordinal);
            }

            Assert.True(isShared);
        }

        // Row OPS-10: readable, with a lifetime.
        var keys = (await set.Redis.CliAsync("--raw", "keys", "presigned:remote:*")).Split('\n');
        foreach (var key in keys)
        {
            Assert.Contains("\"url\":\"http", await set.Redis.CliAsync("--raw", "get", key), StringComparison.Ordinal);
            Assert.InRange(int.Parse(await set.Redis.CliAsync("ttl", key), System.Globalization.CultureInfo.InvariantCulture), 60, 3600);
        }

        await set.Redis.KillAsync();
        Assert.StartsWith("http", (string)(await set.Nodes[1].ApiJsonAsync("/v1/presign/b.mp4"))["url"]!, StringComparison.Ordinal);
    }
}
