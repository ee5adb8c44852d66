using Sluice.Configuration;
using Sluice.TestKit.Processes;
using Sluice.Video.Planning;
using Sluice.Video.Responsive;

namespace Sluice.Tests.Configuration;

/// <summary>The settings of variants (rows CFG-04 to CFG-06, TTL-05) and what is made of them.</summary>
public sealed class VideoSettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Defaults_OfVariants_AreThoseOfTheRows()
    {
        var video = new SluiceOptions().Video;
        Assert.Equal((true, "VIDEO_TRANSFORMATIONS_CACHE"), (video.EnableKvCache, video.KvNamespace));
        var ttl = VideoSetup.Policy(video, new RouteVideoSection()).Lifetimes;
        Assert.Equal((86_400, 3_600, 60, 10), (ttl.For(200).TotalSeconds, ttl.For(302).TotalSeconds, ttl.For(404).TotalSeconds, ttl.For(502).TotalSeconds));
        Assert.Empty(PolicyRules.Errors(VideoSetup.Policy(video, new RouteVideoSection())));
    }

    [Fact]
    public void Load_OfEveryVideoSetting_MakesThePolicy()
    {
        var (options, errors) = Load("""
            {
              "routes": [{ "origins": ["."], "video": {
                "derivativesOnly": true, "parameters": "width,derivative", "signingKeys": ["k1:0123456789abcdef"], "maximumDimension": 2000, "sizeStep": 10,
                "fallBackOnError": false, "responsive": "always", "modes": ["video", "frame"], "maximumDuration": "30s" } }],
              "video": {
                "derivatives": { "hd": "width=1600&quality=high", "mobile": "width=480&format=webm" }, "breakpoints": { "hd": 1600, "tablet": 0, "desktop": "any" },
                "webmAgents": ["Nice/[0-9]"], "webmAgentsExcept": [], "shortTags": "vp-", "enableKVCache": false, "kvNamespace": "MINE",
                "kvTtl": { "ok": "1h", "redirects": "2m", "clientError": "3s", "serverError": 4, "adaptiveMaximum": "7d", "refresh": true, "refreshElapsed": 20, "refreshRemaining": "5m" }, "kvMaximum": "5GB" }
            }
            """);
        Assert.Empty(errors);
        var policy = VideoSetup.Policy(options.Video, options.Routes[0].Video);
        Assert.Equal((480, "webm", 1600), (policy.Derivatives["mobile"].Width, policy.Derivatives["mobile"].Format, policy.Derivatives["hd"].Width));
        Assert.Equal([new WidthBreakpoint(854, "mobile"), new(1600, "hd"), new(int.MaxValue, "desktop")], policy.Breakpoints);
        Assert.Equal((true, 10, false, ResponsiveChoice.Always, "vp-"), (policy.DerivativesOnly, policy.SizeStep, policy.FallBackOnError, policy.Responsive, policy.ShortTagPrefix));
        Assert.Equal((2, TimeSpan.FromSeconds(30), "k1", 2), (policy.Modes.Count, policy.MaximumDuration, policy.SigningKeys.Single().Id, policy.Parameters!.Count));
        Assert.True(policy.Capabilities.PlaysWebm("Nice/1"));
        Assert.Equal(TimeSpan.FromHours(2), VideoSetup.Policy(options.Video, options.Routes[0].Video).Lifetimes.Next(TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        Assert.Equal((true, 20, 300, 5_000_000_000), (options.Video.KvTtl.Refresh, options.Video.KvTtl.RefreshElapsed, options.Video.KvTtl.RefreshRemaining.TotalSeconds, options.Video.KvMaximum));
        Assert.Equal((false, "MINE"), (options.Video.EnableKvCache, options.Video.KvNamespace));
    }

    [Fact]
    public void Load_OfPredecessorVariables_SetsTheirSettings()
    {
        var environment = new Dictionary<string, string>
        {
            ["CACHE_ENABLE_KV"] = "false", ["CACHE_KV_TTL_OK"] = "300", ["CACHE_KV_TTL_REDIRECTS"] = "301", ["CACHE_KV_TTL_CLIENT_ERROR"] = "61", ["CACHE_KV_TTL_SERVER_ERROR"] = "11",
            ["SLUICE__Video__Derivatives__tiny"] = "width=100",
        };
        var (options, errors) = ConfigurationLoader.Load(new ConfigurationSources { Environment = environment, Origin = folder.Path });
        Assert.Empty(errors);
        var ttl = options.Video.KvTtl;
        Assert.Equal((false, 300, 301, 61, 11), (options.Video.EnableKvCache, ttl.Ok.TotalSeconds, ttl.Redirects.TotalSeconds, ttl.ClientError.TotalSeconds, ttl.ServerError.TotalSeconds));
        Assert.Equal(100, options.Video.Derivatives["tiny"].Width);
    }

    [Fact]
    public void Load_OfWrongVideoSettings_SaysWhatIsWrongWithEach()
    {
        var (_, errors) = Load("""
            {
              "routes": [{ "origins": ["."], "video": { "modes": "film", "responsive": "often", "maximumDuration": "10m" } }],
              "video": { "derivatives": { "a b": "width=100", "big": "width=5000", "odd": "wide=1" }, "breakpoints": { "none": 5, "tablet": "wide" }, "webmAgents": ["(?=x)"], "kvNamespace": "a b" }
            }
            """);
        var text = string.Join('\n', errors);
        foreach (var part in (string[])[
            "modes", "\"often\" is not one of never, asked, always", "longest duration", "video.derivatives.a b: cannot name a derivative", "width must be a whole number from 10 to 2000",
            "There is no option \"wide\"", "\"none\"", "\"wide\" is not a width", "look-around", "kvNamespace"])
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    private (SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors) Load(string json)
    {
        var file = Path.Combine(folder.Path, "sluice.json");
        File.WriteAllText(file, json);
        return ConfigurationLoader.Load(new ConfigurationSources { File = file });
    }
}
