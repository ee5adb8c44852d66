using Sluice.Configuration;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Configuration;

/// <summary>Every error at once; each line says where, what, and what to write instead.</summary>
public sealed class ConfigurationErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_ManyErrors_ListsEachOnItsLine()
    {
        var errors = Errors("""
            {
              "edge": { "listen": "8081" },
              "api": { "listen": "0.0.0.0:8080", "token": "short" },
              "cache": {
                "memory": "lots", "memry": 1, "disk": true,
                "chunkSize": "1000", "maximumObjects": 0
              },
              "routes": [
                { "pattern": "no-slash", "origins": ["gopher://x", { "folder": "/nope", "url": "http://x" }, {}] },
                { "name": "a", "origins": "x", "ttl": { "ok": "soon", "byExtension": { "mp4": "1h", ".ts": "forever" } } },
                { "name": "a", "pattern": "/b/*", "origins": [{ "s3": { "prefix": "p" } }], "compressManifests": "yes" },
                7
              ],
              "logging": { "level": "loud" },
              "colour": "blue"
            }
            """);

        Assert.Equal("""
            sluice.json:2: edge.listen: "8081" is not an address; write ADDRESS:PORT, such as 127.0.0.1:8081, 0.0.0.0:8081 or [::1]:8081
            sluice.json:3: api.token: is too short to be safe; use 16 characters or more, such as the output of: openssl rand -hex 16
            sluice.json:5: cache.memory: "lots" is not a size; write a number with a unit, such as 256MB or 1.5GiB
            sluice.json:5: cache.memry: there is no such setting; did you mean memory?
            sluice.json:5: cache.disk: "true" is not a size; write a number with a unit, such as 256MB or 1.5GiB
            sluice.json:6: cache.chunkSize: 1KB is not a power of two from 4KiB to 16MiB; write 64KiB, 256KiB, 1MiB or the like
            sluice.json:6: cache.maximumObjects: "0" is not a number; write a whole number above 0, such as 1000000
            sluice.json:9: routes[0].pattern: "no-slash" is not a path pattern; write a path such as /robots.txt, a prefix such as /hls/* or an ending such as *.m3u8
            sluice.json:9: routes[0].origins[0]: "gopher://x" cannot be used; write a folder, http(s)://HOST[:PORT][/PREFIX] or s3://BUCKET[/PREFIX]
            sluice.json:10: routes[1].origins: is a list; put the value between [ and ]; in variables its items have numbers from 0
            sluice.json:10: routes[1].ttl.ok: "soon" is not a duration; write a number with a unit, such as 30s, 5m, 1h or 7d
            sluice.json:10: routes[1].ttl.byExtension.mp4: is not an extension; write it with its dot, such as .mp4
            sluice.json:10: routes[1].ttl.byExtension..ts: "forever" is not a lifetime; write a duration, such as 1h, or one followed by immutable, such as "7d immutable"
            sluice.json:11: routes[2].compressManifests: "yes" is not a switch; write true or false
            sluice.json:12: routes[3]: is a section; write names with values between { and }
            sluice.json:14: logging.level: "loud" is not one of debug, info, warn, error, off; write debug or info or warn or error or off
            sluice.json:15: colour: there is no such setting; known here: edge, api, cache, routes, presign, downloads, redis, catalog, video, monitoring, logging
            sluice.json:9: routes[0].origins[1]: says more than one of folder, url and s3; write exactly one of folder, url and s3
            sluice.json:9: routes[0].origins[1].folder: there is no folder /nope; check the path, or create the folder
            sluice.json:9: routes[0].origins[2]: says nothing; write exactly one of folder, url and s3
            sluice.json:10: routes[1].origins: the route has no origin; add one, such as "origins": ["./media"]
            sluice.json:11: routes[2].name: "a" names two routes; give each route its own name
            sluice.json:11: routes[2].pattern: "/*" of an earlier route takes every path of "/b/*", so this one is never used; put it before that one
            sluice.json:11: routes[2].origins[0].s3.bucket: is missing; write the bucket's name
            sluice.json:12: routes[3].pattern: "/*" stands in an earlier route, so this one is never used; remove one of them
            sluice.json:12: routes[3].origins: the route has no origin; add one, such as "origins": ["./media"]
            """.Split('\n'), errors);
    }

    [Theory]
    [InlineData("{\n  \"edge\": {\n    \"listen\": \n}", "sluice.json:4: not valid JSON at line 4, column 1:")]
    [InlineData("", "sluice.json:1: not valid JSON at line 1, column 1:")]
    [InlineData("[]", "sluice.json:1: a configuration is a JSON object")]
    [InlineData("{} {}", "sluice.json:1: not valid JSON at line 1, column 4:")]
    [InlineData("{\n  \"edge\": { \"baseUrl\": \"http://\\ud800\" } }", "sluice.json:2: a text has half a character")]
    [InlineData("{\n  \"\\udc00\": 1 }", "sluice.json:2: a text has half a character")]
    [InlineData("{\n  \"cache\": { \"directory\": \"a\\u0000b\" } }", "sluice.json:2: a text has half a character")]
    [InlineData("{\"cache\": {},\n\"cache\": {}}", "sluice.json:2: cache: is written twice; keep one of them (the other is at sluice.json:1)")]
    public void Parse_BrokenFile_NamesThePlace(string json, string begins)
    {
        var errors = Errors(json);

        Assert.StartsWith(begins, Assert.Single(errors), StringComparison.Ordinal);
    }

    // The second would have been public where it was meant to be private, for one.
    [Theory]
    [InlineData("/*", "/private/*", true)]
    [InlineData("*", "*.mp4", true)]
    [InlineData("/a/*", "/a/b/*", true)]
    [InlineData("*.mp4", "/a/*.mp4", true)]
    [InlineData("/a/*", "/a/b.txt", true)]
    [InlineData("/a/*", "/ab/*", false)]
    [InlineData("/a/b/*", "/a/*", false)]
    [InlineData("*.mp4", "/a/*", false)]
    [InlineData("/a?/*", "/a*/*", false)]
    public void Load_RouteBehindOneThatTakesItsPaths_IsRefused(string first, string second, bool isNeverUsed)
    {
        var errors = Errors($$"""{ "routes": [{ "pattern": "{{first}}", "origins": ["http://a"] }, { "pattern": "{{second}}", "origins": ["http://b"] }] }""");

        Assert.Equal(isNeverUsed ? [$"sluice.json:1: routes[1].pattern: \"{first}\" of an earlier route takes every path of \"{second}\", so this one is never used; put it before that one"] : [], errors);
    }

    // It stood for the text "off": a prefix that no key has, a folder of that name.
    [Theory]
    [InlineData("""{ "cache": { "directory": null } }""", "cache.directory: is a path, not null; write a path")]
    [InlineData("""{ "routes": [{ "origins": [{ "s3": { "bucket": "media", "prefix": null } }] }] }""", "routes[0].origins[0].s3.prefix: is a text, not null; write some text")]
    [InlineData("""{ "api": { "hosts": null } }""", "api.hosts: is a list of texts, not null; write texts separated by commas, or a JSON list of them")]
    public void Load_NullWhereSomethingMustBe_IsRefused(string json, string error) => Assert.Equal([$"sluice.json:1: {error}"], Errors(json));

    // A timer cannot be set to more: the server did not start, or failed at the first request.
    [Theory]
    [InlineData("redis.timeout")]
    [InlineData("redis.objects.timeout")]
    [InlineData("video.patience")]
    [InlineData("video.time")]
    [InlineData("catalog.lease")]
    [InlineData("catalog.retryPause")]
    [InlineData("catalog.uploadValidity")]
    public void Load_AWaitWithoutAnEnd_IsRefused(string setting) =>
        Assert.Equal($"SLUICE__{setting.Replace(".", "__", StringComparison.Ordinal)}: is not a time from 1ms to 7d; write one such as 10s",
            Assert.Single(Texts(new ConfigurationSources { Environment = new Dictionary<string, string> { ["SLUICE__" + setting.Replace(".", "__", StringComparison.Ordinal)] = "365d" } })));

    // They did nothing.
    [Theory]
    [InlineData(""" "origins": ["http://a:1", "http://b:1"], "ttl": { "ok": "5m" } """, "routes[0].ttl: is for folders and buckets alone; HTTP servers say in Cache-Control how long an answer is fresh; leave it out, or write defaultLifetime for answers that do not say")]
    [InlineData(""" "origins": ["http://a:1"], "ttl": { "byExtension": { ".ts": "1h" } } """, "routes[0].ttl: is for folders and buckets alone; HTTP servers say in Cache-Control how long an answer is fresh; leave it out, or write defaultLifetime for answers that do not say")]
    [InlineData(""" "origins": ["s3://bucket"], "defaultLifetime": "1h" """, "routes[0].defaultLifetime: is for HTTP servers; write ttl.ok")]
    [InlineData(""" "origins": ["s3://bucket", "http://a:1"], "ttl": { "ok": "5m" } """, "routes[0].ttl: is for folders and buckets alone; HTTP servers say in Cache-Control how long an answer is fresh; leave it out, or write defaultLifetime for answers that do not say")]
    [InlineData(""" "origins": ["http://a:1", "s3://bucket"], "defaultLifetime": "1h" """, null)]
    [InlineData(""" "origins": ["http://a:1", "s3://bucket"], "redirect": true, "ttl": { "clientError": "5m" } """, null)]
    [InlineData(""" "origins": ["/"], "idleTimeout": "5s" """, "routes[0].idleTimeout: is for HTTP servers and buckets; leave it out")]
    [InlineData(""" "origins": ["/", "http://a:1"], "idleTimeout": "5s" """, null)]
    [InlineData(""" "origins": ["http://a:1"], "ttl": { "ok": "1d", "byExtension": { ".ts": "7d immutable" } } """, null)]
    public void Load_TimeForAnotherKindOfOrigin_IsRefused(string route, string? error) =>
        Assert.Equal(error is null ? [] : [$"sluice.json:1: {error}"], Errors($$"""{ "routes": [{ {{route}} }] }"""));

    [Fact]
    public void Load_MissingFile_NamesIt() =>
        Assert.StartsWith("/nope/sluice.json: there is no such file", ConfigurationLoader.Load(new ConfigurationSources { File = "/nope/sluice.json" }).Errors[0].ToString(), StringComparison.Ordinal);

    [Fact]
    public void Load_Folder_SaysThatItIsOne() =>
        Assert.StartsWith($"{_folder.Path}: is a folder; check --config", ConfigurationLoader.Load(new ConfigurationSources { File = _folder.Path }).Errors[0].ToString(), StringComparison.Ordinal);

    [Fact]
    public void Load_WrongVariableAndFlag_AreNamedThemselves()
    {
        var errors = Texts(new ConfigurationSources
        {
            Environment = new Dictionary<string, string> { ["SLUICE__Cache__Memory"] = "x", ["SLUICE__Cahce__Disk"] = "1GB", ["SLUICE__Routes__4__Name"] = "x", ["SLUICE__Edge__Listen__Port"] = "1" },
            Flags = new Dictionary<string, string> { ["--disk"] = "y", ["--region"] = "z" },
        });

        Assert.Equal(
        [
            "--disk: \"y\" is not a size; write a number with a unit, such as 256MB or 1.5GiB",
            "--region: says how to reach the bucket given as ORIGIN, and there is none; add s3://BUCKET, or set it in the routes of the file",
            "SLUICE__Cache__Memory: \"x\" is not a size; write a number with a unit, such as 256MB or 1.5GiB",
            "SLUICE__Cahce__Disk: there is no such setting; did you mean cache?",
            "SLUICE__Edge__Listen__Port: is an address, not a section or a list; write ADDRESS:PORT, such as 127.0.0.1:8081, 0.0.0.0:8081 or [::1]:8081",
            "SLUICE__Routes__4__Name: \"4\" is no index of a list of 0; write a number from 0 to 0",
        ], errors.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("SLUICE_CACHE_MEMORY", "sets nothing, with single underscores; write SLUICE__Cache__Memory")]
    [InlineData("SLUICE_Edge__Listen", "sets nothing, with single underscores; write SLUICE__Edge__Listen")]
    [InlineData("SLUICE_API_TOKEN", null)] // a name of its own
    [InlineData("SLUICE_API_SERVICE_HOST", null)] // as Kubernetes names the service sluice-api
    public void Load_VariableWithSingleUnderscores_IsNotIgnored(string name, string? error) =>
        Assert.Equal(error is null ? [] : [$"{name}: {error}"], Texts(new ConfigurationSources { Environment = new Dictionary<string, string> { [name] = "0123456789abcdef" } }));

    [Theory]
    [InlineData("REDIS_PORT")]
    [InlineData("SLUICE_REDIS_PORT")]
    public void Load_AServiceThatKubernetesTellsOf_IsNoSetting(string name)
    {
        var (options, errors) = ConfigurationLoader.Load(new ConfigurationSources { Environment = new Dictionary<string, string> { [name] = "tcp://10.96.0.7:6379" } });

        Assert.Empty(errors);
        Assert.Null(options.Redis);
    }

    [Theory]
    [InlineData("/nope", "ORIGIN: there is no folder /nope")]
    [InlineData("ftp://x", "ORIGIN: \"ftp://x\" cannot be used")]
    [InlineData("s3://", "ORIGIN: \"s3://\" cannot be used")]
    [InlineData("http://user:hunter2@x?sig=1", "ORIGIN: must not have a query or a fragment; write http")]
    public void Load_WrongOrigin_SaysSo(string origin, string begins) =>
        Assert.StartsWith(begins, Assert.Single(Texts(new ConfigurationSources { Origin = origin })), StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost:9000")]
    [InlineData("s3:/bucket")]
    [InlineData("http:/localhost")]
    public void Load_AServerWrittenAsAFolder_SaysHowOneIsWritten(string origin) =>
        Assert.EndsWith("check the path; a server is http(s)://HOST[:PORT][/PREFIX], a bucket s3://BUCKET[/PREFIX]", Assert.Single(Texts(new ConfigurationSources { Origin = origin })), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "s3": { "bucket": "a" } }""", "'a' is not a bucket's name")]
    [InlineData("""{ "s3": { "bucket": "media", "region": "over there" } }""", "'over there' is not a region")]
    [InlineData("""{ "s3": { "bucket": "media", "anonymous": true, "profile": "p" } }""", "A profile and anonymous access exclude each other")]
    [InlineData("""{ "s3": { "bucket": "media" }, "host": "x" }""", "host is for a url")]
    [InlineData("""{ "s3": { "bucket": "media" }, "headers": { "X-Key": "x" } }""", "headers are for a url")]
    [InlineData("""{ "folder": "/", "maxConnections": 10 }""", "maxConnections is for a url")]
    [InlineData("""{ "folder": "/", "responseTimeout": "5s" }""", "timeouts are for a url or bucket")]
    [InlineData("""{ "url": "http://x", "host": "a b" }""", "Host must be a host name")]
    [InlineData("""{ "url": "http://x", "idleTimeout": "0s" }""", "IdleTimeout must be more than 0")]
    [InlineData("""{ "url": "http://x", "maxConnections": 65537 }""", "MaximumConnections must be 1 to 65536")]
    public void Load_OriginThatCannotWork_SaysWhy(string origin, string why) =>
        Assert.StartsWith($"sluice.json:1: routes[0].origins[0]: {why}", Assert.Single(Errors($$"""{ "routes": [{ "origins": [{{origin}}] }] }""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "region": "us-west-2" }""", "says no region or no bucket")]
    [InlineData("""{ "region": "us-west-2", "bucket": "media-us" }""", "may be of media or other")]
    [InlineData("""{ "region": "us-west-2", "bucket": "media-us", "of": "medai" }""", "\"medai\" is no bucket of a route")]
    [InlineData("""{ "region": "over there", "bucket": "media-us", "of": "media" }""", "'over there' is not a region")]
    [InlineData("""{ "region": "us-west-2", "bucket": "a", "of": "media" }""", "'a' is not a bucket's name")]
    public void Load_ReplicaThatCannotWork_SaysWhy(string replica, string why) => // PRE-17
        Assert.StartsWith($"sluice.json:2: presign.regions[0]: {why}", Assert.Single(Errors($$"""
            { "routes": [{ "origins": [{ "s3": { "bucket": "media" } }, { "s3": { "bucket": "other" } }] }],
              "presign": { "regions": [{{replica}}] } }
            """)), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "folder": "." }""", "is a replica, but no route has a bucket")]
    [InlineData("""{ "s3": { "bucket": "media" } }""", "is a second replica of media in us-west-2")]
    public void Load_ReplicasThatDoNotFitTheRoutes_SaysWhy(string origin, string why) =>
        Assert.Contains(why, Errors($$"""
            { "routes": [{ "origins": [{{origin}}] }],
              "presign": { "regions": [{ "region": "us-west-2", "bucket": "media-us" }, { "region": "us-west-2", "bucket": "media-w", "of": "media" }] } }
            """)[^(origin.Contains("s3", StringComparison.Ordinal) ? 1 : 2)], StringComparison.Ordinal);

    [Fact]
    public void Load_OriginAndSeveralRoutes_RefusesToGuess()
    {
        var file = _folder.Write("sluice.json", """{ "routes": [{ "pattern": "/a/*", "origins": ["http://a"] }, { "origins": ["http://b"] }] }""");

        Assert.Contains("has 2 routes", Assert.Single(Texts(new ConfigurationSources { File = file, Origin = _folder.Path })), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ApiBeyondLoopbackWithoutToken_IsRefused()
    {
        Assert.Contains("has no token", Assert.Single(Texts(new ConfigurationSources { Flags = new Dictionary<string, string> { ["--api"] = "0.0.0.0:8080" } })), StringComparison.Ordinal);
        Assert.Empty(Texts(new ConfigurationSources
        {
            Flags = new Dictionary<string, string> { ["--api"] = "0.0.0.0:8080" },
            Environment = new Dictionary<string, string> { ["SLUICE_API_TOKEN"] = "0123456789abcdef" },
        }));
    }

    [Fact]
    public void Load_TlsThatCannotWork_NamesTheSettingThatIsWrong()
    {
        var certificate = _folder.Write("cert.pem", "");
        var flags = new Dictionary<string, string> { ["--tls-cert"] = certificate, ["--tls-key"] = "/nope/key.pem", ["--edge"] = "127.0.0.1:1", ["--tls-listen"] = "127.0.0.1:1" };

        Assert.Equal(
        [
            "--tls-key: there is no file /nope/key.pem; check the path",
            "--tls-listen: is the clear-text address too; leave it out, so that edge.listen speaks TLS, or choose another port",
        ], Texts(new ConfigurationSources { Flags = flags }).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_WrongToken_NeverShowsIt() =>
        Assert.All(Texts(new ConfigurationSources { Environment = new Dictionary<string, string> { ["SLUICE_API_TOKEN"] = "hunter2" } }), e => Assert.DoesNotContain("hunter2", e, StringComparison.Ordinal));

    [Theory]
    [InlineData("Monitoring__Otlp", "http://u:hunter2@x", "must not have user info, a query or a fragment; write http:// or https:// and a host, such as http://127.0.0.1:9000, or off")]
    [InlineData("Monitoring__Otlp", "htp://x?key=hunter2", "must not have user info, a query or a fragment; write http:// or https:// and a host, such as http://127.0.0.1:9000, or off")]
    [InlineData("Edge__BaseUrl", "https://x#hunter2", "must not have user info, a query or a fragment; write http:// or https:// and a host, such as http://127.0.0.1:9000, or off")]
    [InlineData("Monitoring__Alerts__Webhook", "https://u:hunter2@x/y?z", "must not have user info or a fragment; write http:// or https:// and a host, such as https://chat.example.com/hook?key=KEY, or off")]
    [InlineData("Monitoring__Alerts__Webhook", "https://x/y?hunter2#", "must not have user info or a fragment; write http:// or https:// and a host, such as https://chat.example.com/hook?key=KEY, or off")]
    [InlineData("Monitoring__Alerts__Webhook", "x/y?key=hunter2", "is not a URL; write http:// or https:// and a host, such as https://chat.example.com/hook?key=KEY, or off")]
    public void Load_UrlWithWhatItMustNotHave_SaysSoAndNeverShowsIt(string setting, string url, string problem) =>
        Assert.Equal($"SLUICE__{setting}: {problem}", Assert.Single(Texts(new ConfigurationSources { Environment = new Dictionary<string, string> { ["SLUICE__" + setting] = url } })));

    [Fact]
    public void Load_WebhookWithAQuery_KeepsAllOfIt()
    {
        const string url = "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t%3D";

        var (options, errors) = ConfigurationLoader.Load(new ConfigurationSources { Environment = new Dictionary<string, string> { ["SLUICE__Monitoring__Alerts__Webhook"] = url } });

        Assert.Empty(errors);
        Assert.Equal(url, options.Monitoring.Alerts.Webhook!.AbsoluteUri);
    }

    private static IReadOnlyList<string> Texts(ConfigurationSources sources) => [.. ConfigurationLoader.Load(sources).Errors.Select(e => e.ToString())];

    [Fact]
    public void Load_NoAddressOfADatabase_SaysHowOneIsWrittenAndShowsNone()
    {
        var error = Assert.Single(Errors("""{ "routes": [], "catalog": { "database": "postgres://me:secret@db" } }"""));

        Assert.EndsWith("; write postgres://USER@HOST/NAME", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    private string[] Errors(string json)
    {
        var file = _folder.Write("sluice.json", json);
        return [.. Texts(new ConfigurationSources { File = file }).Select(e => e.Replace(file, "sluice.json", StringComparison.Ordinal))];
    }
}
