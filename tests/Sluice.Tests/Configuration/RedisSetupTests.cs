using Sluice.Configuration;

namespace Sluice.Tests.Configuration;

/// <summary>The redis section, its variables (rows CFG-12 to CFG-16) and its flag.</summary>
public sealed class RedisSetupTests
{
    [Fact]
    public void Nothing_Set_IsNoRedis() => Assert.Null(RedisSetup.Options(Load([]).Redis));

    [Fact]
    public void Variables_WithTheirNames_AreKnown()
    {
        var section = Load(new() { ["REDIS_HOST"] = "cache.internal", ["REDIS_PORT"] = "6380", ["REDIS_PASSWORD"] = "p", ["REDIS_DB"] = "2" }).Redis!;
        var options = RedisSetup.Options(section)!;
        Assert.Equal(("cache.internal", 6380, "p", 2), (options.Host, options.Port, options.Password, options.Database));
    }

    [Fact]
    public void Defaults_OnceAnythingIsSet_AreThoseOfTheRows()
    {
        var section = Load(new() { ["REDIS_PASSWORD"] = "" }).Redis!;
        var options = RedisSetup.Options(section)!;
        Assert.Equal(("localhost", 6379, null, 0), (options.Host, options.Port, options.Password, options.Database));
        var objects = RedisSetup.Objects(section.Objects)!;
        Assert.Equal((20_971_520, 5_242_880, 10_000, 3), ((int)objects.SizeThreshold, objects.ChunkSize, (int)objects.Patience.TotalMilliseconds, objects.ParallelFetches));
    }

    [Theory]
    [InlineData("redis.internal", "redis.internal", 6379)]
    [InlineData("redis.internal:7000", "redis.internal", 7000)]
    [InlineData("[::1]:7000", "::1", 7000)]
    [InlineData("::1", "::1", 6379)]
    public void Flag_HostAndPort_AreRead(string text, string host, int port)
    {
        var options = RedisSetup.Options(Load([], new() { ["--redis"] = text }).Redis)!;
        Assert.Equal((host, port), (options.Host, options.Port));
    }

    [Fact]
    public void Flag_Off_IsNoRedis() => Assert.Null(RedisSetup.Options(Load(new() { ["REDIS_HOST"] = "cache.internal" }, new() { ["--redis"] = "off" }).Redis));

    [Fact]
    public void Url_HoldsEverything()
    {
        var options = RedisSetup.Options(Load(new() { ["REDIS_URL"] = "rediss://user:p%40ss@cache.internal:7000/3" }).Redis)!;
        Assert.Equal(("cache.internal", 7000, "user", "p@ss", 3, true), (options.Host, options.Port, options.User, options.Password, options.Database, options.Tls));
    }

    [Theory]
    [InlineData("REDIS_URL", "http://cache.internal")]
    [InlineData("REDIS_HOST", "redis://user:secret-of-a-test@cache.internal")]
    [InlineData("REDIS_PORT", "70000")]
    [InlineData("REDIS_TTL", "0")]
    [InlineData("REDIS_USER", "somebody")]
    [InlineData("SLUICE__Redis__TlsAuthority", "/nowhere.pem")]
    [InlineData("SLUICE__Redis__Objects__Maximum", "1MB")]
    public void Wrong_IsTold_WithoutSecrets(string name, string value)
    {
        var (_, errors) = ConfigurationLoader.Load(new ConfigurationSources { Environment = new Dictionary<string, string> { [name] = value, ["REDIS_PASSWORD"] = name == "REDIS_USER" ? "" : "secret-of-a-test" } });
        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.DoesNotContain("secret-of-a-test", error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void WrongUrl_AdviceIsNotMasked()
    {
        var (_, errors) = ConfigurationLoader.Load(new ConfigurationSources { Environment = new Dictionary<string, string> { ["REDIS_URL"] = "cache.internal:6379" } });
        Assert.DoesNotContain("***", Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    private static SluiceOptions Load(Dictionary<string, string> environment, Dictionary<string, string>? flags = null)
    {
        var (options, errors) = ConfigurationLoader.Load(new ConfigurationSources { Environment = environment, Flags = flags ?? [] });
        Assert.Empty(errors);
        return options;
    }
}
