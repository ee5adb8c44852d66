using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>Credentials that somebody hands out for a while: a URL ends with them, whoever that is, and what goes wrong is told.</summary>
public sealed class TemporaryCredentialsTests : IAsyncDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/media";

    private readonly FaultyOrigin server = FaultyOrigin.Start();
    private readonly TemporaryFolder folder = new();
    private readonly DateTimeOffset ends = TimeProvider.System.GetUtcNow().AddMinutes(20);

    private string Ends => ends.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Presign_RoleOfTheMachine_EndsWithTheRole()
    {
        server.On("/latest/api/token", Text("token")).On("/latest/meta-data/iam/security-credentials", Text("media")).On("/latest/meta-data/iam/security-credentials/", Text("media"))
            .On("/latest/meta-data/iam/security-credentials/media", Text(Keys("ASIAMACHINE")));

        await EndsInTimeAsync("ASIAMACHINE", [], ("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Address));
    }

    [Fact]
    public async Task Presign_RoleOfTheContainer_EndsWithTheRole()
    {
        server.On("/role", Text(Keys("ASIACONTAINER")));

        await EndsInTimeAsync("ASIACONTAINER", [], ("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Address + "/role"));
    }

    [Fact]
    public async Task Presign_RoleOfAWebIdentity_EndsWithTheRole()
    {
        server.On("/", Text(Assumed("AssumeRoleWithWebIdentity")));

        await EndsInTimeAsync("ASIAROLE", [], ("AWS_ROLE_ARN", Role), ("AWS_WEB_IDENTITY_TOKEN_FILE", File("token", "it is me")), ("AWS_ENDPOINT_URL_STS", server.Address));
    }

    [Theory]
    [InlineData("--profile", "role")]
    [InlineData]
    public async Task Presign_ProfileThatAssumesARole_EndsWithTheRole(params string[] how)
    {
        server.On("/", Text(Assumed("AssumeRole")));
        File("config", $"[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret\n[profile role]\nrole_arn = {Role}\nsource_profile = base\nregion = eu-west-1\n");

        await EndsInTimeAsync("ASIAROLE", how, ("AWS_ENDPOINT_URL_STS", server.Address), how.Length == 0 ? ("AWS_PROFILE", "role") : ("AWS_REGION", "eu-west-1"));
    }

    [Theory]
    [InlineData("--profile", "sso")]
    [InlineData]
    public async Task Presign_ProfileOfASignOn_EndsWithItsRole(params string[] how)
    {
        server.On("/federation/credentials", Text($$$"""{"roleCredentials":{"accessKeyId":"ASIASIGNON","secretAccessKey":"secret","sessionToken":"token","expiration":{{{ends.ToUnixTimeMilliseconds()}}}}}"""));
        File("config", "[profile sso]\nsso_session = us\nsso_account_id = 123456789012\nsso_role_name = media\n[sso-session us]\nsso_region = eu-west-1\nsso_start_url = https://us.example/start\n");
        Directory.CreateDirectory(Path.Combine(folder.Path, ".aws", "sso", "cache"));
        // SHA-1 of the session's name, as 'aws sso login' names it.
        File(Path.Combine(".aws", "sso", "cache", "da2b128800d4e129def769b7ec5decc00517fa8b.json"), $$"""{"startUrl":"https://us.example/start","region":"eu-west-1","accessToken":"token","expiresAt":"{{Ends}}"}""");

        await EndsInTimeAsync("ASIASIGNON", how, ("AWS_ENDPOINT_URL_SSO", server.Address), how.Length == 0 ? ("AWS_PROFILE", "sso") : ("AWS_REGION", "eu-west-1"));
    }

    [Fact]
    public async Task Presign_VariablesThatTellTheirEnd_EndsThen() =>
        await EndsInTimeAsync("ASIAENV", [], ("AWS_ACCESS_KEY_ID", "ASIAENV"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_SESSION_TOKEN", "token"), ("AWS_CREDENTIAL_EXPIRATION", Ends));

    [Theory]
    [InlineData("--profile", "program")]
    [InlineData]
    public async Task Presign_ProfileWhoseProgramFails_SaysSo(params string[] how)
    {
        File("config", "[profile program]\ncredential_process = sh -c 'echo not today >&2; exit 3'\n");

        var result = await RunAsync(how, how.Length == 0 ? ("AWS_PROFILE", "program") : ("AWS_REGION", "eu-west-1"));

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("not today", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    private async Task EndsInTimeAsync(string key, string[] how, params (string Name, string Value)[] environment)
    {
        var result = await RunAsync(how, environment);

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        var answer = JsonNode.Parse(result.Output)!;
        Assert.Contains($"X-Amz-Credential={key}%2F", (string)answer["url"]!, StringComparison.Ordinal);
        Assert.InRange((DateTimeOffset)answer["expiresAt"]!, ends.AddMinutes(-15), ends);
    }

    private Task<CommandResult> RunAsync(string[] how, params (string Name, string Value)[] environment)
    {
        var all = new Dictionary<string, string>
        {
            ["HOME"] = folder.Path, ["AWS_EC2_METADATA_DISABLED"] = "true", ["AWS_CONFIG_FILE"] = Path.Combine(folder.Path, "config"), ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(folder.Path, "none"),
        };
        foreach (var (name, value) in environment) all[name] = value;
        return SluiceProgram.RunAsync(["presign", "s3://media/clip.mp4", "--fresh", "--json", .. how], all);
    }

    private string File(string name, string text)
    {
        var path = Path.Combine(folder.Path, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private string Keys(string id) => $$"""{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{{id}}","SecretAccessKey":"secret","Token":"token","Expiration":"{{Ends}}"}""";

    private string Assumed(string action) => $"""
        <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
        <Expiration>{Ends}</Expiration></Credentials><AssumedRoleUser><Arn>{Role}</Arn><AssumedRoleId>A:b</AssumedRoleId></AssumedRoleUser></{action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>
        """;

    private static OriginReply Text(string text) => new() { Body = OriginBody.Of(text), ContentType = "text/plain" };

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }
}
