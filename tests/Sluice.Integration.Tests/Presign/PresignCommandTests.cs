using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>The command line: what it prints, and that nothing that cannot be signed gives a URL.</summary>
public class PresignCommandTests
{
    private static readonly Dictionary<string, string> Keys = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ["AWS_EC2_METADATA_DISABLED"] = "true", ["AWS_REGION"] = "eu-central-1",
    };

    [Fact]
    public async Task Presign_Object_PrintsOneUrl()
    {
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a b.mp4", "--expires", "15m", "--method", "put", "--response-content-type", "video/mp4", "--fresh"], Keys);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches("^https://media\\.s3\\.eu-central-1\\.amazonaws\\.com/a%20b\\.mp4\\?X-Amz-Algorithm=AWS4-HMAC-SHA256&[^\n]*&X-Amz-Expires=900&X-Amz-SignedHeaders=host&response-content-type=video%2Fmp4&X-Amz-Signature=[0-9a-f]{64}\n$", result.Output);
    }

    [Fact]
    public async Task Presign_SessionToken_IsInTheUrlAndJsonSaysWhenItEnds()
    {
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a", "--json"], new Dictionary<string, string>(Keys) { ["AWS_SESSION_TOKEN"] = "the/token" });
        var answer = System.Text.Json.Nodes.JsonNode.Parse(result.Output)!;
        Assert.Contains("X-Amz-Security-Token=the%2Ftoken&", (string)answer["url"]!, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(1), (DateTimeOffset)answer["expiresAt"]! - (DateTimeOffset)answer["createdAt"]!);
    }

    [Theory]
    [InlineData(2, "1 second to 7 days", "s3://media/a", "--expires", "8d")]
    [InlineData(2, "1 second to 7 days", "s3://media/a", "--expires", "0s")]
    [InlineData(2, "no validity", "s3://media/a", "--expires", "soon")]
    [InlineData(2, "cannot be presigned", "s3://media/a", "--method", "DELETE")]
    [InlineData(2, "directory bucket", "s3://media--usw2-az1--x-s3/a")]
    [InlineData(2, "names no object", "s3://media")]
    [InlineData(2, "names no object", "s3://media/")]
    [InlineData(2, "names no bucket", "s3:///a")]
    [InlineData(2, "not an S3 address", "media/a")]
    [InlineData(2, "is not a URL", "s3://media/a", "--endpoint", "127.0.0.1")]
    [InlineData(2, "no profile", "s3://media/a", "--profile", "nobody")]
    public async Task Presign_Impossible_SaysWhyAndPrintsNoUrl(int code, string reason, params string[] arguments)
    {
        var result = await SluiceProgram.RunAsync(["presign", .. arguments], Keys);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://s3.eu-west-3.amazonaws.com", "eu-west-3")]
    [InlineData("https://vpce-1a2b-5e6f.s3.us-west-2.vpce.amazonaws.com", "us-west-2")]
    [InlineData("https://s3.us-west-004.backblazeb2.com", "us-west-004")]
    [InlineData("https://minio.eu-west-3.example", "us-east-1")]
    public async Task Presign_EndpointWithARegionInItsNameAndNoOtherSet_IsSignedForThat(string endpoint, string region)
    {
        var environment = new Dictionary<string, string>(Keys) { ["AWS_CONFIG_FILE"] = "/nonexistent" };
        environment.Remove("AWS_REGION");
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a", "--endpoint", endpoint], environment);
        Assert.Contains($"%2F{region}%2Fs3%2F", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presign_RequesterPays_IsInTheUrl()
    {
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a", "--requester-pays"], Keys);
        Assert.Contains("&x-amz-request-payer=requester&", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://media.oss.example/a?", "--endpoint", "https://oss.example", "--path-style", "false")]
    [InlineData("https://oss.example/media/a?", "--endpoint", "https://oss.example", "--path-style", "true")]
    [InlineData("https://s3.eu-central-1.amazonaws.com/media/a?", "--path-style", "true")]
    public async Task Presign_PathStyle_SaysWhereTheBucketStands(string start, params string[] arguments)
    {
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a", .. arguments], Keys);
        Assert.StartsWith(start, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3 =\n  addressing_style = virtual\nregion = eu-west-1", "media", "https://media.lab.example/a?")]
    [InlineData("s3 =\n  addressing_style = virtual", "media.example", "https://lab.example/media.example/a?")]
    [InlineData("s3 =\n  addressing_style = path", "media", "https://lab.example/media/a?")]
    [InlineData("no setting", "media", "https://lab.example/media/a?")]
    [InlineData("s3 =\n  addressing_style = auto", "media", "https://lab.example/media/a?")]
    [InlineData("region = eu-west-1\n[profile lab 2]\ns3 =\n  addressing_style = virtual", "media", "https://lab.example/media/a?")]
    [InlineData("s3 =\n  addressing_style = virtual", "media", "https://lab.example/media/a?", "--path-style", "true")]
    public async Task Presign_AddressingStyleOfTheProfile_IsHeeded(string profile, string bucket, string start, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config");
        await File.WriteAllTextAsync(file, $"[profile lab]\n{profile}\n", TestContext.Current.CancellationToken);
        var result = await SluiceProgram.RunAsync(["presign", $"s3://{bucket}/a", "--endpoint", "https://lab.example", .. arguments], new Dictionary<string, string>(Keys) { ["AWS_CONFIG_FILE"] = file, ["AWS_PROFILE"] = "lab" });
        Assert.StartsWith(start, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "https://media.s3-fips.dualstack.eu-central-1.amazonaws.com/a?", "AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=True")]
    [InlineData("use_fips_endpoint = true\nuse_dualstack_endpoint = true", "https://media.s3-fips.dualstack.eu-central-1.amazonaws.com/a?")]
    [InlineData("use_fips_endpoint = true", "https://media.s3.eu-central-1.amazonaws.com/a?", "AWS_USE_FIPS_ENDPOINT=false")]
    [InlineData("endpoint_url = https://lab.example", "https://lab.example/media/a?", "AWS_USE_FIPS_ENDPOINT=true")]
    public async Task Presign_FipsAndDualStack_AreHeeded(string profile, string start, params string[] variables)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config");
        await File.WriteAllTextAsync(file, $"[default]\n{profile}\n", TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string>(Keys) { ["AWS_CONFIG_FILE"] = file };
        foreach (var variable in variables) environment[variable.Split('=')[0]] = variable.Split('=')[1];
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a"], environment);
        Assert.StartsWith(start, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("services = lab", "https://lab.example:9000/media/a?")]
    [InlineData("services = lab\nendpoint_url = https://all.example", "https://lab.example:9000/media/a?")]
    [InlineData("endpoint_url = https://all.example", "https://all.example/media/a?")]
    [InlineData("services = lab\nignore_configured_endpoint_urls = true", "https://media.s3.eu-central-1.amazonaws.com/a?")]
    public async Task Presign_EndpointOfTheProfile_IsFoundAsTheAwsToolsFindIt(string profile, string start)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config");
        await File.WriteAllTextAsync(file, $"[profile lab]\n{profile}\n[services lab]\ns3 =\n  endpoint_url = https://lab.example:9000\n", TestContext.Current.CancellationToken);
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a"], new Dictionary<string, string>(Keys) { ["AWS_CONFIG_FILE"] = file, ["AWS_PROFILE"] = "lab" });
        Assert.StartsWith(start, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presign_NoCredentials_SaysWhatToSet()
    {
        var result = await SluiceProgram.RunAsync(["presign", "s3://media/a"], new Dictionary<string, string> { ["AWS_EC2_METADATA_DISABLED"] = "true", ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent", ["AWS_REGION"] = "eu-central-1" });
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("AWS_ACCESS_KEY_ID", result.Errors, StringComparison.Ordinal);
    }
}
