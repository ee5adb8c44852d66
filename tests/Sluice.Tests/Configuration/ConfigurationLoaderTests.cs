using Sluice.Configuration;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_Nothing_HasEveryDefault()
    {
        var (options, errors) = Load(null);

        Assert.Empty(errors);
        Assert.Equal("127.0.0.1:8081", options.Edge.Listen.ToString());
        Assert.Equal("127.0.0.1:8080", options.Api.Listen.ToString());
        Assert.EndsWith("/.sluice/edge", options.Cache.Directory, StringComparison.Ordinal);
        Assert.Empty(options.Routes);
    }

    // It may be written while the server serves the folder it is in.
    [Fact]
    public void Load_NoFile_CountsTheOneThatMayCome() =>
        Assert.Contains(Path.GetFullPath("sluice.json"), ConfigurationLoader.Load(new ConfigurationSources()).Options.OwnFiles());

    // Of a container's limit the runtime may take three quarters, and tells no more.
    [Theory]
    [InlineData(24L << 30, 256)]
    [InlineData(768L << 20, 256)]
    [InlineData(192L << 20, 64)]
    [InlineData(100_000_000, 31)]
    public void DefaultMemory_OfASmallContainer_IsAQuarterOfIt(long available, long megabytes) =>
        Assert.Equal(megabytes << 20, CacheSection.DefaultMemory(available));

    [Fact]
    public void Load_SameSettingInAllSources_TheLaterWins()
    {
        var file = """{ "cache": { "memory": "1MB", "disk": "1MB", "chunkSize": "64KiB" }, "edge": { "listen": "127.0.0.1:1" } }""";
        var environment = new Dictionary<string, string> { ["SLUICE__Cache__Memory"] = "2MB", ["sluice__CACHE__disk"] = "2MB", ["PATH"] = "/bin" };

        var (options, errors) = Load(file, environment, new() { ["--memory"] = "3MB" });

        Assert.Empty(errors);
        Assert.Equal((3_000_000, 2_000_000, 65_536, 1), (options.Cache.Memory, options.Cache.Disk, options.Cache.ChunkSize, options.Edge.Listen.Port));
    }

    [Fact]
    public void Load_NamedVariables_SetTheirSettings()
    {
        var (options, errors) = Load(null, new() { ["CDN_BASE_URL"] = "https://cdn.example", ["SLUICE_API_TOKEN"] = "0123456789abcdef" });

        Assert.Empty(errors);
        Assert.Equal(("https://cdn.example/", "0123456789abcdef"), (options.Edge.BaseUrl?.ToString(), options.Api.Token));
    }

    [Fact]
    public void Load_RoutesInTheEnvironment_BuildAListWhateverTheOrder()
    {
        var (options, errors) = Load(null, new()
        {
            ["SLUICE__Routes__1__Pattern"] = "/b/*",
            ["SLUICE__Routes__0__Pattern"] = "/a/*",
            ["SLUICE__Routes__1__Origins__0"] = "http://b.example",
            ["SLUICE__Routes__0__Origins__0__Folder"] = _folder.Path,
            ["SLUICE__Routes__0__Ttl__Ok"] = "90",
        });

        Assert.Empty(errors);
        Assert.Equal(["/a/*", "/b/*"], options.Routes.Select(r => r.Pattern));
        Assert.Equal((_folder.Path, "http://b.example"), (options.Routes[0].Origins[0].Folder, options.Routes[1].Origins[0].Url));
        Assert.Equal(TimeSpan.FromSeconds(90), options.Routes[0].Ttl.Ok);
    }

    [Fact]
    public void Load_ARoute_TakesEverySetting()
    {
        var (options, errors) = Load($$"""
            {
              "$schema": "sluice.schema.json", // comments and trailing commas are fine
              "routes": [{
                "name": "videos", "pattern": "*.mp4",
                "origins": ["{{_folder.Path}}", { "s3": { "bucket": "media", "prefix": "a/b", "endpoint": "http://127.0.0.1:9", "region": "eu-1", "profile": "p" } }],
                "ttl": { "ok": "2h", "redirect": 60, "clientError": "1s", "serverError": "0", "byExtension": { ".MP4": "30d immutable", ".ts": "1h" } },
                "staleWhileRevalidate": "5m", "staleIfError": "1d", "allowOrigin": null, "compressManifests": false, "defaultLifetime": "off",
              }],
            }
            """);

        Assert.Empty(errors);
        var route = Assert.Single(options.Routes);
        Assert.Equal(("videos", "*.mp4", 2), (route.Name, route.Pattern, route.Origins.Count));
        Assert.Equal(("media", "a/b", "http://127.0.0.1:9/", "eu-1", "p"), (route.Origins[1].S3!.Bucket, route.Origins[1].S3!.Prefix, route.Origins[1].S3!.Endpoint?.ToString(), route.Origins[1].S3!.Region, route.Origins[1].S3!.Profile));
        Assert.Equal((7200d, 60d, 1d, 0d), (route.Ttl.Ok.TotalSeconds, route.Ttl.Redirect.TotalSeconds, route.Ttl.ClientError.TotalSeconds, route.Ttl.ServerError.TotalSeconds));
        Assert.Equal((30d, true), (route.Ttl.ByExtension[".mp4"].Lifetime.TotalDays, route.Ttl.ByExtension[".mp4"].Immutable));
        Assert.Equal((1d, false), (route.Ttl.ByExtension[".ts"].Lifetime.TotalHours, route.Ttl.ByExtension[".ts"].Immutable));
        Assert.Equal(1d, route.Ttl.ByExtension[".m3u8"].Lifetime.TotalHours);
        Assert.Equal((5d, 1d), (route.StaleWhileRevalidate!.Value.TotalMinutes, route.StaleIfError.TotalDays));
        Assert.Equal((null, false, null), (route.AllowOrigin, route.CompressManifests, route.DefaultLifetime));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"off\"")]
    public void Load_WhatMayBeAbsent_IsSwitchedOff(string off)
    {
        var (options, errors) = Load($$"""
            {
              "edge": { "baseUrl": {{off}}, "tls": { "certificate": {{off}}, "key": {{off}}, "listen": {{off}} } }, "api": { "token": {{off}} },
              "monitoring": { "otlp": {{off}}, "alerts": { "webhook": {{off}} } }, "presign": { "records": {{off}} }, "redis": { "host": {{off}}, "tlsAuthority": {{off}} }, "logging": { "level": {{off}} }
            }
            """, new() { ["SLUICE__Monitoring__Alerts__Webhook"] = "off" });

        Assert.Empty(errors);
        Assert.Equal((null, null, null, null, null, null), (options.Edge.BaseUrl, options.Edge.Tls.Certificate, options.Edge.Tls.Key, options.Edge.Tls.Listen, options.Monitoring.Otlp, options.Monitoring.Alerts.Webhook));
        Assert.Equal((null, null, "off", "off"), (options.Redis!.Host, options.Redis.TlsAuthority, options.Presign.Records, options.Logging.Level));
    }

    [Fact]
    public void Load_TextsInAList_KeepTheirCommas()
    {
        var (options, errors) = Load("""{ "video": { "webmAgents": ["Chrome/\\d{3,}", " "] } }""");

        Assert.Empty(errors);
        Assert.Equal([@"Chrome/\d{3,}"], options.Video.WebmAgents);
    }

    [Fact]
    public void Load_OriginsByUrl_HaveTheConnectionsTheyMayHave()
    {
        var (options, errors) = Load("""{ "routes": [{ "origins": ["http://a", { "url": "http://b", "maxConnections": 2 }] }] }""");

        Assert.Empty(errors);
        Assert.Equal([4096, 2], options.Routes[0].Origins.Select(origin => OriginSetup.Http(origin).MaximumConnections));
    }

    [Fact]
    public void Load_DefaultsOfARoute_AreTheDocumentsLifetimes()
    {
        // TTL-01 to TTL-04, CFG-05, EDG-04, EDG-05.
        var (options, _) = Load(null, origin: _folder.Path);

        var ttl = Assert.Single(options.Routes).Ttl;
        Assert.Equal((86_400d, 3_600d, 60d, 10d), (ttl.Ok.TotalSeconds, ttl.Redirect.TotalSeconds, ttl.ClientError.TotalSeconds, ttl.ServerError.TotalSeconds));
        Assert.Equal((604_800d, true), (ttl.ByExtension[".ts"].Lifetime.TotalSeconds, ttl.ByExtension[".ts"].Immutable));
        Assert.Equal((3_600d, false), (ttl.ByExtension[".m3u8"].Lifetime.TotalSeconds, ttl.ByExtension[".m3u8"].Immutable));
    }

    [Fact]
    public void Load_OriginAndOneRoute_KeepsTheRoutesPolicy()
    {
        var (options, errors) = Load("""{ "routes": [{ "name": "mine", "origins": ["/nowhere"], "ttl": { "ok": "1m" } }] }""", origin: _folder.Path);

        Assert.Empty(errors);
        var route = Assert.Single(options.Routes);
        Assert.Equal(("mine", _folder.Path, 60d), (route.Name, Assert.Single(route.Origins).Folder, route.Ttl.Ok.TotalSeconds));
    }

    [Fact]
    public void Load_BucketAsOrigin_TakesItsFlags()
    {
        var (options, errors) = Load(null, flags: new() { ["--endpoint"] = "http://127.0.0.1:9000", ["--region"] = "eu-1", ["--profile"] = "p", ["--path-style"] = "false" }, origin: "s3://media/a/b");

        Assert.Empty(errors);
        var bucket = options.Routes[0].Origins[0].S3!;
        Assert.Equal(("media", "a/b", "http://127.0.0.1:9000/", "eu-1", "p", false), (bucket.Bucket, bucket.Prefix, bucket.Endpoint?.ToString(), bucket.Region, bucket.Profile, bucket.PathStyle));
    }

    private (SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors) Load(string? file, Dictionary<string, string>? environment = null, Dictionary<string, string>? flags = null, string? origin = null) =>
        ConfigurationLoader.Load(new ConfigurationSources
        {
            File = file is null ? _folder.Write("empty.json", "{}") : _folder.Write("sluice.json", file),
            Environment = environment ?? [],
            Flags = flags ?? [],
            Origin = origin,
        });
}
